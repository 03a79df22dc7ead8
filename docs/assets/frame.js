/* The frame around a page's text: colours, the head, the table of contents, back to top. It does what this site needs
   of the theme's own script, which is ten times as long and measures the page before it is shown. Here nothing is
   measured until the reader scrolls. */

(() => {
  "use strict";

  /* --- colours ---------------------------------------------------------------------------------------------- */

  const options = [...document.querySelectorAll("input[data-md-color-media]")];
  const saved = () => {
    try {
      return __md_get("__palette");
    } catch {
      return null; // no storage here
    }
  };

  function paint(option) {
    const color = {};
    for (const name of ["media", "scheme", "primary", "accent"]) {
      color[name] = option.getAttribute(`data-md-color-${name}`);
      document.body.setAttribute(`data-md-color-${name}`, color[name]);
    }
    option.checked = true;
    for (const one of options) one.nextElementSibling.hidden = one !== option;
    return color;
  }

  options.forEach((option, index) => {
    option.addEventListener("change", () => __md_set("__palette", { index, color: paint(option) }));
    /* The system changes its colours at dusk: follow, unless the reader has chosen. */
    matchMedia(option.dataset.mdColorMedia).addEventListener("change", ({ matches }) => {
      if (matches && !saved()) paint(option);
    });
  });

  /* --- what follows the reader ------------------------------------------------------------------------------ */

  const header = document.querySelector(".md-header");
  const title = document.querySelector(".md-header__title");
  const tabs = document.querySelector(".md-tabs");
  const heading = document.querySelector(".md-content h1");
  const toTop = document.querySelector(".md-top");
  const contents = document.querySelector(".md-sidebar--secondary .md-sidebar__scrollwrap");
  const wide = matchMedia("(min-width: 60em)");
  const places = [...(contents?.querySelectorAll(".md-nav__link[href^='#']") ?? [])]
    .map((link) => ({ link, target: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
    .filter(({ target }) => target);
  let before = 0;
  let current = -1;
  let waiting = false;

  function follow() {
    waiting = false;
    const below = header.offsetHeight;
    header.classList.toggle("md-header--shadow", scrollY > (tabs?.offsetHeight ?? 0));
    title?.classList.toggle("md-header__title--active", heading?.getBoundingClientRect().bottom < below);
    if (toTop) toTop.hidden = scrollY >= before || scrollY < innerHeight / 2;
    before = scrollY;
    if (wide.matches) read(places.findLastIndex(({ target }) => target.getBoundingClientRect().top < below + 40));
  }

  /* The section that is read stands out in the contents, and in their window. */
  function read(now) {
    if (now === current) return;
    current = now;
    places.forEach(({ link }, number) => {
      link.classList.toggle("md-nav__link--passed", number <= now);
      link.classList.toggle("md-nav__link--active", number === now);
    });
    const link = places[now]?.link;
    if (link) contents.scrollTop = link.offsetTop - contents.offsetTop - contents.clientHeight / 2;
  }

  document.addEventListener(
    "scroll",
    () => {
      if (!waiting) requestAnimationFrame(follow);
      waiting = true;
    },
    { passive: true },
  );
  toTop?.addEventListener("click", () => window.scrollTo({ top: 0 }));

  /* --- the drawer, the search and folded parts, when a link leads to a place on this page ------------------- */

  window.addEventListener("hashchange", () => {
    for (const toggle of document.querySelectorAll(".md-toggle[data-md-toggle]:checked")) toggle.click();
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = target?.closest("details:not([open])"); part; part = part.closest("details:not([open])")) part.open = true;
  });
})();
