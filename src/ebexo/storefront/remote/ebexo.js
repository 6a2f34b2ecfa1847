// SALESmanago's monitoring and the cookie `smclient` on the pages of any shop, once the visitor allows them.
// It never throws into the page, and it evaluates nothing: a strict content security policy can stand.
(function (store) {
  "use strict";
  var early = window.ebexo;
  if (early && early.allow) return;

  var tag, token, wanted;
  // What the shop said of the choice (ebexo.allow), and what holds: true, false, or undefined before there is one.
  var said, allowed;
  // Answers to questions of an earlier round come too late: somebody else is here, or the choice is another.
  var round = 0;

  function safely(work) {
    return function (given) {
      try {
        work(given);
      } catch (error) {
        console.warn("ebexo:", error);
      }
    };
  }

  function cookies() {
    return document.cookie.split("; ");
  }

  function cookie() {
    return (/(?:^|; )smclient=([^;]*)/.exec(document.cookie) || [])[1];
  }

  // The visitor's contact id, for ten years; without an id the cookie goes.
  function keep(id) {
    document.cookie = "smclient=" + encodeURIComponent(id || "") + "; Path=/; SameSite=Lax; Max-Age=" +
      (id ? 315532800 : 0) + (location.protocol === "https:" ? "; Secure" : "");
  }

  function load() {
    if (window._smid) return;
    window._smid = store.clientId;
    window.SalesmanagoObject = "sm";
    window.sm = window.sm || function () { (window.sm.q = window.sm.q || []).push(arguments); };
    var code = document.createElement("script");
    code.async = true;
    code.nonce = tag.nonce;
    code.src = store.endpoint + "/static/sm.js";
    document.head.appendChild(code);
  }

  function ask(mine, left) {
    var question = token ? { token: token } : { smclient: cookie() };

    function again(seconds) {
      if (seconds && left > 1) {
        setTimeout(function () { if (mine === round) ask(mine, left - 1); }, seconds * 1000);
      }
    }

    function hear(answer) {
      if (mine !== round) return;
      if (token || !answer.monitored) keep(answer.monitored && answer.contact_id);
      if (answer.monitored) load();
      again(answer.wait);
    }

    // Sent as plain text without credentials, the question needs no other one before it.
    fetch(new URL("identity", tag.src), {
      method: "POST",
      body: JSON.stringify(question),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer"
    }).then(function (answer) {
      if (answer.ok) return answer.json().then(hear);
      if (answer.status === 429 || answer.status > 499) again(2.5);
      else console.warn("ebexo: the identity was refused", answer.status);
    }).catch(function () { again(2.5); });
  }

  function start() {
    var mine = ++round;
    if (allowed === false) keep();
    else if (allowed && (token || (store.asks && cookie()))) ask(mine, 5);
    else if (allowed) load();
  }

  function check() {
    var silent = store.always || (wanted ? cookies().indexOf(wanted) >= 0 : undefined);
    var now = said === undefined ? silent : said;
    if (now === allowed) return;
    allowed = now;
    start();
  }

  var api = {
    allow: safely(function (yes) {
      said = yes === true;
      check();
    }),
    identify: safely(function (next) {
      token = next;
      start();
    }),
    push: safely(function (call) {
      api[call[0]](call[1]);
    })
  };
  window.ebexo = api;

  safely(function () {
    tag = document.currentScript || document.querySelector("script[src*='/ebexo.js']");
    token = tag.dataset.token;
    wanted = tag.dataset.allowCookie;
    if (Array.isArray(early)) early.forEach(api.push);
    check();
    // A cookie banner writes its cookie after a click, and may keep that click to itself.
    if (wanted) document.addEventListener("click", function () { setTimeout(safely(check), 300); }, true);
  })();
})(SETTINGS);
