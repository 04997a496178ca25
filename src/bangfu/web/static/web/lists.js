/** Lists: filters that send themselves, and the choice of rows. */

/* Empty filters stay out of the address. */
function startFilters(form) {
  let pointed = null;
  form.addEventListener("pointerdown", (event) => { pointed = event.target; });
  form.addEventListener("keydown", () => { pointed = null; });
  form.addEventListener("change", (event) => {
    // Arrow keys change a closed select at every press: only a pointer sends at once.
    const field = event.target;
    const isPick = field.tagName === "SELECT" || field.type === "date";
    if (isPick && pointed && (pointed === field || field.contains(pointed))) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    const empty = [...form.elements].filter((field) => field.name && !field.value);
    empty.forEach((field) => { field.disabled = true; });
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }), 500);
  });
}

function startPicking(form) {
  const bar = form.querySelector("[data-pick-bar]");
  const words = form.querySelector("[data-pick-words]");
  const mode = form.querySelector("[data-pick-mode]");
  const head = form.querySelector("[data-pick-page]");
  const all = form.querySelector("[data-pick-all]");
  const boxes = [...form.querySelectorAll("input[name=selected]")];
  const total = Number(words.dataset.total);

  function show() {
    const count = boxes.filter((box) => box.checked).length;
    const isAll = mode.value === "all";
    bar.hidden = count === 0;
    head.checked = count === boxes.length;
    head.indeterminate = count > 0 && count < boxes.length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
    const sentence = isAll ? words.dataset.all : words.dataset.page;
    words.textContent = sentence.replace("{n}", (isAll ? total : count).toLocaleString("en"));
    if (all) all.hidden = isAll || count !== boxes.length;
  }
  function set(checked, wanted) {
    boxes.forEach((box) => { box.checked = checked; });
    mode.value = wanted;
    show();
  }
  head.addEventListener("change", () => set(head.checked, "page"));
  all?.addEventListener("click", () => { set(true, "all"); form.querySelector("[data-pick-none]").focus(); });
  form.querySelector("[data-pick-none]").addEventListener("click", () => { set(false, "page"); head.focus(); });
  boxes.forEach((box) => box.addEventListener("change", () => { mode.value = "page"; show(); }));
  window.addEventListener("pageshow", show);
  show();
}

document.querySelectorAll("form[data-autosubmit]").forEach(startFilters);
document.querySelectorAll("form[data-pick]").forEach(startPicking);
