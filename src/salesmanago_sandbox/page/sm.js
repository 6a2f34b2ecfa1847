// Stands in for SALESmanago's monitoring script, as far as cookies and page views go.
(function () {
  "use strict";

  var TEN_YEARS = 315360000;
  var origin = new URL(document.currentScript.src).origin;

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (pair) {
      return pair.indexOf(name + "=") === 0;
    });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function visitor() {
    var known = cookie("smuuid");
    var random = crypto.getRandomValues(new Uint32Array(4));
    var uuid = known || Array.from(random, function (part) { return part.toString(16).padStart(8, "0"); }).join("");
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = "smuuid=" + uuid + "; Max-Age=" + TEN_YEARS + "; Path=/; SameSite=Lax" + secure;
    return uuid;
  }

  // Calls made before this script came wait in a queue. They mean nothing to the sandbox; they are only taken.
  var name = window.SalesmanagoObject || "sm";
  var queue = window[name] && window[name].q;
  if (queue) queue.length = 0;
  window[name] = function () {};

  var told = new URLSearchParams({
    smid: window._smid || "",
    // The shop writes `smclient`; it is read and left as it is.
    client: cookie("smclient"),
    uuid: visitor(),
    uri: location.href,
  });
  new Image().src = origin + "/api/r.gif?" + told;
})();
