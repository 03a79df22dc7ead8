/* Small helps on top of pages that work without script: close an explanation with Escape, say how many
   entries a filter leaves, open the filter that an address asks for, and keep tables tables. */

/* Where a narrow screen shows the rows of a table one below the other, some browsers forget that it is one. HTML may
   not carry these roles, so they are set here. */
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
window.keepTable = (table) => {
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")]) {
    part.setAttribute("role", ROLES[part.tagName] ?? (part.scope === "col" ? "columnheader" : "rowheader"));
  }
};
document.querySelectorAll("table.stack, table[data-stack]").forEach(window.keepTable);

/* Firefox keeps a checkbox over a reload, so the drawer or the search would stand open again. */
for (const toggle of document.querySelectorAll(".md-toggle[data-md-toggle]:checked")) {
  if (!new URLSearchParams(location.search).has("q")) toggle.click();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) {
    term.classList.add("closed");
    const open = () => term.classList.remove("closed");
    term.addEventListener("mouseleave", open, { once: true });
    term.addEventListener("focusout", open, { once: true });
  }
});

/* Safari does not focus a button that is tapped; without focus the explanation would not stay open. */
document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".term > button");
  if (button) button.focus();
});

for (const form of document.querySelectorAll(".choices")) {
  const name = form.dataset.filter;
  const count = form.querySelector("output");
  const tell = () => {
    const all = document.querySelectorAll(`[data-${name}]:is(.card, .bibliography > li)`);
    const shown = [...all].filter((item) => item.offsetParent !== null).length;
    count.textContent = `${shown} of ${all.length} shown`;
  };
  form.addEventListener("change", tell);
  form.addEventListener("submit", (event) => event.preventDefault());
  /* A link to one entry must show it, whatever filter the browser remembered. */
  if (location.hash.length > 1) form.reset();
}
