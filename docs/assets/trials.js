/* The table of all trials and the comparison. Both pages are whole without this script; it adds filters, order and
   choice, and keeps them in the address so that a view can be linked. */

(() => {
  "use strict";

  const read = () => new URLSearchParams(location.search);
  const write = (state) => {
    const query = state.toString();
    history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
  };
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const MOST = 4;

  /* --- all trials ------------------------------------------------------------------------------------------- */

  function allTrials(box) {
    const form = box.querySelector(".facets");
    const count = form.querySelector("output");
    const toCompare = form.querySelector(".compare-link a");
    const body = box.querySelector("tbody");
    const rows = [...body.rows];
    const fields = [...form.elements].filter((field) => field.name);
    const facets = fields.filter((field) => !["sort", "order"].includes(field.name));
    const compareBase = toCompare.getAttribute("href");
    const keys = {
      people: (row) => Number(row.dataset.people),
      status: (row) => row.querySelector("td:nth-child(6) time")?.dateTime ?? "",
      phase: (row) => row.dataset.phase,
    };
    const columns = { "": 0, people: 3, phase: 4, status: 5 };

    const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

    function show() {
      const state = new URLSearchParams();
      for (const field of fields) if (field.value) state.set(field.name, field.value);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !facets.every((field) => !field.value || row.dataset[field.name].split("|").includes(field.value));
        shown += row.hidden ? 0 : 1;
      }
      const key = keys[form.elements.sort.value];
      const down = form.elements.order.value === "down";
      const ordered = key ? [...rows].sort((one, other) => compare(key(one), key(other))) : [...rows];
      if (down) ordered.reverse();
      if (ordered.some((row, number) => row !== body.rows[number])) body.append(...ordered); // moving rows costs a layout
      [...box.querySelectorAll("thead th")].forEach((head, number) => {
        if (columns[form.elements.sort.value] === number) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      const chosen = rows.filter((row) => row.querySelector(".choose input").checked).map((row) => row.dataset.id);
      if (chosen.length) state.set("trials", chosen.join(","));
      for (const row of rows) {
        const box = row.querySelector(".choose input");
        box.disabled = !box.checked && chosen.length >= MOST;
      }
      toCompare.href = chosen.length ? `${compareBase}?trials=${chosen.join(",")}` : compareBase;
      toCompare.textContent = chosen.length ? `Compare the chosen trials (${chosen.length} of at most ${MOST})` : "Compare trials side by side";
      count.textContent = `${shown} of ${rows.length} trials shown`;
      write(state);
    }

    const asked = read();
    const chosen = (asked.get("trials") ?? "").split(",").slice(0, MOST);
    for (const row of rows) {
      const box = make("input", { type: "checkbox", checked: chosen.includes(row.dataset.id), autocomplete: "off" });
      const name = row.cells[0].querySelector("a").textContent;
      const words = make("span", { textContent: "compare" });
      box.setAttribute("aria-label", `Choose ${name} to compare`);
      row.cells[0].append(make("br"), make("label", { className: "choose" }, box, words));
    }
    for (const field of fields) {
      const value = asked.get(field.name) ?? "";
      field.value = [...field.options].some((option) => option.value === value) ? value : "";
    }
    for (const [value, number] of Object.entries(columns)) {
      const head = box.querySelectorAll("thead th")[number];
      const button = make("button", { type: "button", textContent: head.textContent, title: "Sort by this column" });
      button.addEventListener("click", () => {
        const again = form.elements.sort.value === value;
        form.elements.order.value = again && form.elements.order.value === "" ? "down" : "";
        form.elements.sort.value = value;
        show();
      });
      head.replaceChildren(button);
    }
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      for (const field of fields) field.value = "";
      for (const row of rows) row.querySelector(".choose input").checked = false;
      show();
    });
    body.addEventListener("change", show);
    form.hidden = false;
    show();
  }

  /* --- compare ---------------------------------------------------------------------------------------------- */

  function comparison(form) {
    const data = JSON.parse(document.getElementById("compare-data").textContent);
    const place = document.querySelector(".compared");
    const said = form.querySelector("output");
    const fields = [...form.querySelectorAll("select")];
    const badges = new Map([...document.querySelectorAll("#stage-badges .stage")].map((one) => [one.textContent, one]));

    function remarks(trials) {
      const approaches = new Set(trials.map((trial) => trial.approach));
      const words = [];
      if (approaches.size > 1) words.push("These trials gave different kinds of cells.");
      const cohorts = trials.flatMap((trial) => [...new Set(trial.cohort)]);
      if (new Set(cohorts).size < cohorts.length) words.push("Some of the same people are in more than one of these reports.");
      words.push("Counts are never added up over trials.");
      return words.join(" ");
    }

    /* Each text with a link to its source, which stands at the foot of the trial's own page. */
    function cell(said, page) {
      const parts = said.map(([words, key]) => {
        const badge = badges.get(words);
        const part = make("p", {}, badge ? badge.cloneNode(true) : words);
        if (key) part.append(" ", make("a", { href: `${page}#fn:${key}`, textContent: "[source]" }));
        return part;
      });
      return make("td", {}, ...parts);
    }

    function show() {
      const chosen = [...new Set(fields.map((field) => field.value).filter((id) => id in data))];
      const state = new URLSearchParams();
      if (chosen.length) state.set("trials", chosen.join(","));
      write(state);
      place.replaceChildren();
      if (chosen.length < 2) {
        said.textContent = "Choose at least two trials.";
        return;
      }
      const trials = chosen.map((id) => data[id]);
      const names = [...new Set(trials.flatMap((trial) => Object.keys(trial.lines)))];
      const head = make("tr", {}, make("th", { scope: "col", textContent: "Line" }));
      for (const trial of trials) {
        head.append(make("th", { scope: "col" }, make("a", { href: trial.page, textContent: trial.title })));
      }
      const body = make("tbody");
      let differing = 0;
      for (const name of names) {
        const values = trials.map((trial) => trial.lines[name] ?? [["—", ""]]);
        const row = make("tr", {}, make("th", { scope: "row", textContent: name }));
        if (new Set(values.map((said) => said.map(([words]) => words).join("\n"))).size > 1) {
          row.className = "differs";
          differing += 1;
        }
        row.append(...values.map((said, number) => cell(said, trials[number].page)));
        body.append(row);
      }
      const caption = make("caption", { textContent: `${trials.length} trials side by side` });
      const table = make("table", { className: "data" }, caption, make("thead", {}, head), body);
      table.dataset.trials = trials.length;
      window.keepTable(table);
      const scroll = make("div", { className: "scroll", tabIndex: 0 }, table);
      scroll.setAttribute("role", "region");
      scroll.setAttribute("aria-label", "Comparison");
      place.append(make("p", { textContent: remarks(trials) }), scroll);
      said.textContent = `${trials.length} trials, ${names.length} lines, ${differing} of them differ.`;
    }

    const asked = (read().get("trials") ?? "").split(",").filter((id) => id in data);
    fields.forEach((field, number) => {
      field.value = asked[number] ?? "";
      field.addEventListener("change", show);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    show();
  }

  for (const box of document.querySelectorAll("#all-trials")) allTrials(box);
  for (const form of document.querySelectorAll("form.compare")) comparison(form);
})();
