/** What every page needs: menu, errors, confirmation, sending once, htmx manners. */

const root = document.documentElement;

function setCookie(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

/* The menu: narrow on a wide screen, a drawer on a small one. */
function startMenu() {
  const button = document.querySelector("[data-menu-toggle]");
  const menu = document.getElementById("menu");
  if (!button || !menu) return;
  const isWide = () => window.matchMedia("(min-width: 992px)").matches;
  const close = () => {
    menu.classList.remove("is-open");
    show();
  };
  const show = () => {
    const open = isWide() ? !root.classList.contains("menu-narrow") : menu.classList.contains("is-open");
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    if (isWide()) {
      const narrow = root.classList.toggle("menu-narrow");
      setCookie("bangfu_menu", narrow ? "narrow" : "wide");
    } else {
      menu.classList.toggle("is-open");
      if (menu.classList.contains("is-open")) menu.querySelector("a, summary")?.focus();
    }
    show();
  });
  menu.addEventListener("click", (event) => {
    const summary = event.target.closest("summary");
    if (summary && isWide() && root.classList.contains("menu-narrow")) {
      root.classList.remove("menu-narrow");
      if (summary.parentElement.open) event.preventDefault();
      show();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.classList.contains("is-open")) {
      close();
      button.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (menu.classList.contains("is-open") && !menu.contains(event.target) && !button.contains(event.target)) close();
  });
  window.addEventListener("resize", show);
  show();
}

/* A page with errors starts at the summary; its links move to the field. */
function startErrorSummary(scope) {
  const summary = scope.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus();
  });
}

/* Ask before an act: data-confirm="sentence" on a form or a submit button. */
function ask(element) {
  const dialog = document.getElementById("confirm-dialog");
  const title = dialog.querySelector("#confirm-title");
  const ok = dialog.querySelector("[value=ok]");
  title.textContent = element.dataset.confirmTitle || title.dataset.default;
  dialog.querySelector("#confirm-text").textContent = element.dataset.confirm;
  ok.textContent = element.dataset.confirmOk || ok.dataset.default;
  ok.classList.toggle("btn-danger", "confirmDanger" in element.dataset);
  ok.classList.toggle("btn-primary", !("confirmDanger" in element.dataset));
  dialog.returnValue = "";
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
    dialog.showModal();
  });
}

function lock(form, submitter) {
  form.dataset.sent = "1";
  const buttons = [...form.elements].filter((field) => field.type === "submit");
  // After this turn, so that the pressed button's own value is still sent.
  setTimeout(() => {
    buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    if (submitter) submitter.dataset.busy = "";
  }, 0);
}

function unlock() {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    [...form.elements].forEach((field) => {
      field.removeAttribute("aria-disabled");
      delete field.dataset.busy;
    });
  });
}

function startForms() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const submitter = event.submitter;
    if (form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const asker = [submitter, form].find((element) => element && element.dataset.confirm);
    if (asker && form.dataset.confirmed !== "1") {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (await ask(asker)) {
        form.dataset.confirmed = "1";
        form.requestSubmit(submitter || undefined);
        delete form.dataset.confirmed;
      } else if (submitter) {
        submitter.focus();
      }
      return;
    }
    if (form.method === "post" && !form.hasAttribute("hx-post") && !form.target && !("download" in form.dataset)) {
      lock(form, submitter);
    }
  }, true);
  window.addEventListener("pageshow", unlock);
}

/* htmx: the CSRF token, and a plain word when the server cannot be reached. */
function startHtmx() {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get" && token) event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:afterSwap", (event) => startErrorSummary(event.detail.elt));
}

startMenu();
startErrorSummary(document);
startForms();
startHtmx();
