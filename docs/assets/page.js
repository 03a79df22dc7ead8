/* Small helps on a page that is whole without them: a reference opens at its mark, a heading's link is copied, a report
   names the section, and paper gets what is folded away. */

(() => {
  "use strict";

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const content = document.querySelector("article.md-content__inner");
  if (!content) return;

  /* --- references that open in place ------------------------------------------------------------------------ */

  const WAIT = 150; // milliseconds: the mouse that only passes by opens nothing, and the way to the note is bridged
  let open = null;
  let timer = 0;

  function close() {
    clearTimeout(timer);
    if (!open) return;
    open.mark.removeAttribute("aria-describedby");
    open.note.remove();
    open = null;
  }

  function place() {
    const mark = open.mark.getBoundingClientRect();
    const { note } = open;
    const room = document.documentElement.clientWidth - note.offsetWidth - 16;
    note.style.left = `${Math.max(16, Math.min(mark.left - 24, room))}px`;
    /* Below its mark or above it, where there is more room, and never over it. */
    const [above, below] = [mark.top - 12, innerHeight - mark.bottom - 12];
    const under = note.scrollHeight <= below || below >= above;
    note.style.maxHeight = `min(60vh, ${Math.max(48, under ? below : above)}px)`;
    note.style.top = `${under ? mark.bottom + 4 : mark.top - note.offsetHeight - 4}px`;
  }

  function show(mark) {
    clearTimeout(timer);
    if (open?.mark === mark) return;
    close();
    const entry = document.getElementById(decodeURIComponent(mark.hash.slice(1)));
    if (!entry) return;
    const words = make("div", { id: "reference-note" });
    for (const part of entry.cloneNode(true).childNodes) words.append(part.cloneNode(true));
    for (const extra of words.querySelectorAll(".footnote-backref, .term")) extra.remove();
    const way = make("a", { href: mark.hash, textContent: "Go to the full list" });
    const note = make("span", { className: "reference-note" }, words, way);
    note.setAttribute("role", "group");
    note.setAttribute("aria-label", `Reference ${mark.textContent}`);
    note.addEventListener("mouseenter", () => clearTimeout(timer));
    note.addEventListener("mouseleave", later);
    mark.closest("sup").after(note);
    /* Above all else, so that nothing around the mark cuts the note. */
    if (note.showPopover) {
      note.popover = "manual";
      note.showPopover();
    }
    mark.setAttribute("aria-describedby", "reference-note");
    open = { mark, note };
    place();
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (open && !open.note.contains(document.activeElement) && document.activeElement !== open.mark) close();
    }, 2 * WAIT);
  }

  const markOf = (event) => event.target.closest?.("a.footnote-ref");
  let touched = false;

  content.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
  });
  content.addEventListener("mouseover", (event) => {
    const mark = markOf(event);
    if (!mark || touched) return;
    clearTimeout(timer);
    timer = setTimeout(() => show(mark), WAIT);
  });
  content.addEventListener("mouseout", (event) => markOf(event) && later());
  content.addEventListener("focusin", (event) => {
    const mark = markOf(event);
    if (mark) show(mark);
    else if (open && !open.note.contains(event.target)) close();
  });
  content.addEventListener("focusout", (event) => {
    if (open && event.relatedTarget && event.relatedTarget !== open.mark && !open.note.contains(event.relatedTarget)) close();
  });
  /* A tap opens the note, which leads on; a click with a mouse and Enter follow the link as ever. */
  content.addEventListener("click", (event) => {
    const mark = markOf(event);
    if (mark && touched) {
      event.preventDefault();
      show(mark);
    } else if (mark || (open && event.target.closest("a[href^='#']"))) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (open && !open.note.contains(event.target) && event.target !== open.mark) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    if (open.note.contains(document.activeElement)) {
      const { mark } = open;
      mark.focus();
    }
    close();
  });
  document.addEventListener("scroll", () => open && place(), { passive: true, capture: true });
  window.addEventListener("resize", close);

  /* --- the address of a section ----------------------------------------------------------------------------- */

  const said = make("p", { className: "said" });
  said.setAttribute("role", "status");
  content.append(said);

  content.addEventListener("click", async (event) => {
    const link = event.target.closest("a.headerlink");
    if (!link || !navigator.clipboard) return;
    try {
      await navigator.clipboard.writeText(link.href);
      said.textContent = "Link copied";
      setTimeout(() => (said.textContent = ""), 3000);
    } catch {
      /* Not allowed here; the address stands in the address bar. */
    }
  });

  /* --- a report with its section ---------------------------------------------------------------------------- */

  const report = document.querySelector("a.report[href*='page=']");
  const whole = report?.getAttribute("href");
  const tell = () => {
    const heading = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    report.setAttribute("href", heading ? `${whole}&section=${encodeURIComponent(location.hash)}` : whole);
  };
  if (report) {
    tell();
    window.addEventListener("hashchange", tell);
  }

  /* --- paper ------------------------------------------------------------------------------------------------ */

  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    close();
    unfolded = [...content.querySelectorAll("details:not([open], .cite-page)")];
    for (const part of unfolded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of unfolded) part.open = false;
  });
})();
