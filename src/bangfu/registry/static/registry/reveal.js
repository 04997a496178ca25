/* A revealed value leaves the screen by itself. */
(function () {
  "use strict";
  var box = document.getElementById("revealed");
  var value = document.getElementById("revealed-value");
  if (!box || !value) { return; }
  window.setTimeout(function () {
    value.textContent = "******";
  }, Number(box.dataset.seconds) * 1000);
  window.addEventListener("pagehide", function () { value.textContent = "******"; });
}());
