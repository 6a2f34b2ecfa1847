// For a store that monitors nobody: what the shop's pages call is there, and does nothing.
(function () {
  "use strict";
  function nothing() {}
  if (!window.ebexo || !window.ebexo.allow) window.ebexo = { allow: nothing, identify: nothing, push: nothing };
})();
