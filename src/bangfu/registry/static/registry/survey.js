/* A sheet without leaving the keyboard: Enter goes to the next cell, sums follow. */
(function () {
  "use strict";
  var form = document.querySelector(".survey-form");
  if (!form) { return; }
  var cells = Array.from(form.querySelectorAll(
    "input:not([type=hidden]), select, textarea, button[type=submit]"
  ));

  form.addEventListener("keydown", function (event) {
    var here = event.target;
    if (event.key !== "Enter" || event.isComposing) { return; }
    if (here.tagName === "TEXTAREA" || here.tagName === "BUTTON") { return; }
    event.preventDefault();
    var next = cells[cells.indexOf(here) + 1];
    if (next) {
      next.focus();
      if (next.select) { next.select(); }
    }
  });

  function amount(name) {
    var cell = form.elements.namedItem(name);
    var words = cell ? cell.value.replace(/[,，\s]/g, "") : "";
    var value = Number(words);
    return words === "" || !isFinite(value) ? null : value;
  }

  function total(name, parts) {
    var stated = amount(name);
    if (stated !== null) { return stated; }
    return parts.reduce(function (sum, part) { return sum + (amount(part) || 0); }, 0);
  }

  function shown(value) {
    return value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }

  function sum() {
    var net = total("wage", []) + total("operating", [])
      + total("property", ["property_asset"])
      + total("transfer", ["transfer_dibao", "transfer_five_guarantee", "transfer_pension",
        "transfer_family_planning", "transfer_ecological", "transfer_other"])
      - total("operating_expense", []);
    var sharing = Number(form.dataset.sharing);
    document.getElementById("net").textContent = shown(net);
    document.getElementById("per-person").textContent =
      sharing ? shown(Math.floor(net * 100 / sharing) / 100) : "—";
  }

  form.addEventListener("input", sum);
  sum();
  var first = form.querySelector(".form-error, .errorlist") ? null
    : form.elements.namedItem("wage");
  if (first && !first.value) { first.focus(); }
}());
