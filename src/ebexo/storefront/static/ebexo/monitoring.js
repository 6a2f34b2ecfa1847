/* SALESmanago's monitoring code, and the question for a contact id that is still on its way. */
(function () {
  "use strict";
  var me = document.currentScript;

  var isLoaded = false;
  function load() {
    if (isLoaded) { return; }
    isLoaded = true;
    window._smid = me.dataset.clientId;
    window.SalesmanagoObject = "sm";
    window.sm = window.sm || function () { (window.sm.q = window.sm.q || []).push(arguments); };
    var code = document.createElement("script");
    code.async = true;
    code.src = me.dataset.endpoint + "/static/sm.js";
    document.head.appendChild(code);
  }
  /* Whose grant is not known yet is not monitored before the answer says so. */
  if ("monitored" in me.dataset) { load(); }

  /* At most five questions, never more than 3 s apart: the cookie comes with the answer. */
  var pauses = me.dataset.ask ? [1000, 2000, 3000, 3000, 3000] : [];
  function ask() {
    fetch(me.dataset.ask, { credentials: "same-origin", cache: "no-store" })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) {
        if (answer.monitored) { load(); }
        if (answer.again) { next(); }
      })
      .catch(next);
  }
  function next() {
    if (pauses.length) { setTimeout(ask, pauses.shift()); }
  }
  next();
})();
