/* What the theme leaves undone for the keyboard and for screen readers, mended piece by piece. Each piece stands alone and
   says why it is there. Without a script the drawer opens by its checkbox (material-fixes.css); the rest is a help. */

(() => {
  "use strict";

  const drawerBox = document.getElementById("__drawer");
  const drawer = document.querySelector(".md-sidebar--primary");

  /* A label cannot be reached by keyboard and has no role: where it opens or switches something, it becomes a button. */
  function button(label, name) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = label.className;
    made.title = name;
    made.setAttribute("aria-label", name);
    made.hidden = label.hidden;
    made.append(...label.childNodes);
    label.replaceWith(made);
    return made;
  }

  /* --- the drawer ------------------------------------------------------------------------------------------- */

  /* On a narrow screen the navigation is a drawer. The theme opens it by mouse and touch only, and leaves everything
     behind it within reach: the focus goes in, stays, and comes back. */
  function mendDrawer() {
    const opener = button(document.querySelector(".md-header__button[for=__drawer]"), "Menu");
    opener.classList.add("menu-button");
    drawer.id = "menu";
    opener.setAttribute("aria-controls", drawer.id);
    const closer = document.createElement("button");
    closer.type = "button";
    closer.className = "menu-close";
    closer.textContent = "×";
    closer.setAttribute("aria-label", "Close the menu");
    drawer.querySelector(".md-nav--primary").prepend(closer);

    const behind = [];
    for (let part = drawer; part !== document.body; part = part.parentElement) {
      const others = [...part.parentElement.children].filter((one) => one !== part);
      behind.push(...others.filter((one) => !one.matches("script, .md-overlay, .md-toggle")));
    }
    const turn = (open) => {
      if (drawerBox.checked !== open) drawerBox.click();
    };
    const tell = () => {
      const open = drawerBox.checked;
      opener.setAttribute("aria-expanded", String(open));
      for (const part of behind) part.inert = open;
      if (open) {
        drawer.setAttribute("role", "dialog");
        drawer.setAttribute("aria-modal", "true");
        drawer.setAttribute("aria-label", "Menu");
        closer.focus();
      } else {
        const inside = drawer.contains(document.activeElement);
        for (const name of ["role", "aria-modal", "aria-label"]) drawer.removeAttribute(name);
        if (inside) opener.focus();
      }
    };
    opener.addEventListener("click", () => turn(true));
    closer.addEventListener("click", () => turn(false));
    drawer.addEventListener("keydown", (event) => event.key === "Escape" && turn(false));
    /* A link leads on: the focus belongs to where it leads, not to the button. */
    drawer.addEventListener("click", (event) => {
      if (!event.target.closest("a") || !drawerBox.checked) return;
      document.activeElement.blur();
      turn(false);
    });
    drawerBox.addEventListener("change", tell);
    matchMedia("(min-width: 76.25em)").addEventListener("change", () => turn(false));
    tell();
  }

  /* --- the search on a narrow screen ------------------------------------------------------------------------ */

  /* There the theme opens the search by a label too. assets/search.js moves the focus. */
  function mendSearch() {
    const box = document.getElementById("__search");
    const opener = button(document.querySelector(".md-header > .md-header__inner > label[for=__search]"), "Search");
    opener.classList.add("search-button");
    const tell = () => opener.setAttribute("aria-expanded", String(box.checked));
    opener.addEventListener("click", () => box.click());
    box.addEventListener("change", tell);
    tell();
  }

  /* --- the colour switch ------------------------------------------------------------------------------------ */

  /* The theme's switch is two radio buttons of no size, each named after the other's colours. One button takes their
     place, and keeps the focus when it is pressed. */
  function mendPalette(form) {
    const inputs = [...form.querySelectorAll("input")];
    const buttons = inputs.map((input) => button(input.nextElementSibling, input.getAttribute("aria-label")));
    buttons.forEach((one, number) => {
      const next = (number + 1) % buttons.length;
      one.addEventListener("click", () => {
        inputs[next].click();
        buttons[next].focus();
      });
    });
  }

  /* --- back to top ------------------------------------------------------------------------------------------ */

  /* Scrolling alone leaves the focus at the foot of the page: the next Tab would lead back down. */
  function mendTop(top) {
    top.addEventListener("click", () => {
      document.body.tabIndex = -1;
      document.body.focus({ preventScroll: true });
      document.body.removeAttribute("tabindex");
    });
  }

  /* --- wide tables ------------------------------------------------------------------------------------------ */

  /* A table that is too wide scrolls by keyboard. One that fits needs no stop of its own. */
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else if (target !== document.activeElement) target.removeAttribute("tabindex");
    }
  });

  if (drawer && document.querySelector(".md-header__button[for=__drawer]")) mendDrawer();
  if (document.querySelector("label.md-header__button[for=__search]")) mendSearch();
  for (const form of document.querySelectorAll("form[data-md-component=palette]")) mendPalette(form);
  for (const top of document.querySelectorAll(".md-top")) mendTop(top);
  for (const region of document.querySelectorAll(".scroll[role=region]")) sizes.observe(region);
})();
