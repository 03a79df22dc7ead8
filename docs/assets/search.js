/* The search. It fetches its index when the reader turns to it, not before, and works from a folder as well as from a
   server. The index holds each page's sections as text; looking through a megabyte of text takes some milliseconds, so
   that nothing else has to be built first. */

(() => {
  "use strict";

  const form = document.querySelector(".md-search__form");
  const toggle = document.getElementById("__search");
  if (!form || !toggle) return;
  const region = form.closest(".md-search");
  const input = form.querySelector(".md-search__input");
  const said = region.querySelector(".md-search-result__meta");
  const list = region.querySelector(".md-search-result__list");
  const address = new URL(form.dataset.index, location.href);
  const site = new URL("../", address);
  const MOST_PAGES = 20;
  const MOST_SECTIONS = 2;
  const TITLE = 3;
  const HEADING = 2.5;
  const SYNONYM = 0.8;
  const ONE_WAY = 0.6;
  const HAN = /\p{Script=Han}/u;

  /* Letters and digits in lower case without accents, everything else a space: as long as the text, so that places agree. */
  const STROKED = { ø: "o", ł: "l", đ: "d" };
  const bare = (letter) => STROKED[letter] ?? letter.normalize("NFD")[0];
  const plain = (text) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, " ").replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, bare)} `;
  const squeezed = (text) => ` ${plain(text.normalize("NFKC").replace(/\u00ad|['’]s\b/g, "")).trim().replace(/ +/g, " ")} `;
  /* The part of a word that its other forms share; the search looks for words that begin with it. */
  const stem = (word) => {
    if (word.length < 4) return word;
    const short = word.replace(/(?:ations?|ions?|ments?|fully?|ing|ies|ed|es|s|y|e)$/, "");
    return short.length > 3 ? short : word.replace(/s$/, "");
  };

  /* --- the index -------------------------------------------------------------------------------------------- */

  let index = null;
  let asked = null;

  function prepared(data) {
    const sections = [];
    for (const [url, title, weight, parts] of data.pages) {
      const page = { url, title, weight, plainTitle: plain(title) };
      for (const [anchor, heading, text] of parts) {
        const plainHeading = plain(heading);
        const plainText = plain(text);
        sections.push({ page, anchor, heading, text, plainHeading, plainText });
      }
    }
    const phrase = (text) => HAN.test(text) ? squeezed(text).trim() : squeezed(text);  // Chinese has no blanks between words
    const groups = data.same.map((group) => group.map(phrase));
    const also = data.also.map(({ ask, find }) => ({ ask: ask.map(phrase), find: find.map(phrase) }));
    const stop = new Set(data.stop);
    const named = [...sections.map((section) => section.page.plainTitle + section.plainHeading), ...groups.flat()];
    const known = [...new Set(named.join(" ").split(/ +/))].filter((word) => word.length > 4);
    return { sections, groups, also, stop, known };
  }

  function load() {
    asked ??= new Promise((resolve, reject) => {
      said.textContent = "Loading the search …";
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", () => {
        index = prepared(window.searchIndex);
        delete window.searchIndex;
        resolve();
      });
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    asked.then(show, () => {
      asked = null;
      said.textContent = "The search could not be loaded. Try again when you are connected.";
    });
  }

  /* --- looking something up --------------------------------------------------------------------------------- */

  /* How many letters must be changed, added or left out to make one word the other. */
  function distance(one, other) {
    let row = [...other].map((_, number) => number + 1);
    [...one].forEach((letter, line) => {
      let corner = line;
      let before = line + 1;
      row = row.map((above, number) => {
        const cost = Math.min(above + 1, before + 1, corner + (letter === other[number] ? 0 : 1));
        corner = above;
        before = cost;
        return cost;
      });
    });
    return row.at(-1);
  }

  /* A word that stands nowhere is a slip of the finger: the nearest word of a title, a heading or a synonym is meant. */
  function mended(word) {
    const somewhere = new Map([[` ${stem(word)}`, 0.9], [` ${word} `, 1]]);
    if (word.length < 6 || HAN.test(word) || hits(somewhere).rarity) return word;
    const most = word.length < 9 ? 1 : 2;
    return index.known.find((known) => Math.abs(known.length - word.length) <= most && distance(word, known) <= most) ?? word;
  }

  /* What is asked for: each idea with the words that stand for it, and how much each counts. */
  function ideas(query) {
    let rest = ` ${squeezed(query).trim().split(" ").map(mended).join(" ")} `;
    const found = [];
    const whole = rest;
    const phrases = index.groups.flatMap((group) => group.map((phrase) => [phrase, group]));
    phrases.sort(([one], [other]) => other.length - one.length);
    for (const [phrase, group] of phrases) {
      if (!rest.includes(phrase)) continue;
      rest = rest.replace(phrase, "  ");
      found.push(new Map(group.map((name) => [name, name === phrase ? 1 : SYNONYM])));
    }
    const left = rest.split(" ").filter(Boolean);
    const telling = left.filter((word) => !index.stop.has(word));
    for (const word of telling.length || found.length ? telling : left) {
      if (HAN.test(word)) {  // any two signs may be a word
        for (let at = 0; at < Math.max(word.length - 1, 1); at += 1) found.push(new Map([[word.slice(at, at + 2), 0.9]]));
      } else found.push(new Map([[` ${stem(word)}`, 0.9], [` ${word} `, 1]]));
    }
    for (const { ask, find } of index.also) {
      if (ask.some((phrase) => whole.includes(phrase))) found.push(new Map(find.map((phrase) => [phrase, ONE_WAY])));
    }
    return found;
  }

  /* How well an idea fits a text: by its best word, a little more where it stands there again. */
  function fit(idea, text) {
    let best = 0;
    for (const [word, weight] of idea) {
      if (weight <= best) continue;
      const first = text.indexOf(word);
      if (first < 0) continue;
      const second = text.indexOf(word, first + word.length - 1);
      best = Math.max(best, weight * (second < 0 ? 1 : 1.2));
    }
    return best;
  }

  /* How well an idea fits each section and its page's title. Kept, as the next key changes the last word alone. */
  const kept = new Map();
  function hits(idea) {
    const name = JSON.stringify([...idea]);
    if (!kept.has(name)) {
      let page = null;
      let title = 0;
      const found = index.sections.map((section) => {
        if (section.page !== page) {
          page = section.page;
          title = TITLE * fit(idea, page.plainTitle);
        }
        return { title, own: Math.max(HEADING * fit(idea, section.plainHeading), fit(idea, section.plainText)) };
      });
      const count = found.filter((one) => one.own || one.title).length;
      if (kept.size > 50) kept.clear();
      kept.set(name, { found, rarity: count ? Math.log(1 + found.length / count) : 0 });
    }
    return kept.get(name);
  }

  function search(query) {
    const wanted = ideas(query);
    const fits = wanted.map(hits);
    const rarity = fits.map((one) => one.rarity);
    const phrase = squeezed(query);
    const pages = new Map();
    index.sections.forEach((section, place) => {
      let own = 0;
      let score = 0;
      for (const { found, rarity } of fits) {
        own += rarity * found[place].own;
        score += rarity * Math.max(found[place].title, found[place].own);
      }
      if (!score) return;
      if (wanted.length > 1 && squeezed(section.heading || section.page.title).includes(phrase.trimEnd())) score *= 1.5;
      const page = pages.get(section.page) ?? { page: section.page, best: 0, ideas: new Set(), sections: [] };
      page.best = Math.max(page.best, score);
      fits.forEach(({ found }, number) => (found[place].own || found[place].title) && page.ideas.add(number));
      if (own) page.sections.push({ section, own });
      pages.set(section.page, page);
    });
    const everything = rarity.reduce((sum, one) => sum + one, 0);
    for (const page of pages.values()) {
      const covered = [...page.ideas].reduce((sum, number) => sum + rarity[number], 0);
      page.score = page.best * page.page.weight * (0.5 + covered / everything);
      page.sections.sort((one, other) => other.own - one.own);
    }
    return { wanted, found: [...pages.values()].sort((one, other) => other.score - one.score) };
  }

  /* --- showing it ------------------------------------------------------------------------------------------- */

  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  /* In a folder no server turns the address of a folder into that of its page. */
  function link(url, anchor, className, ...children) {
    const file = location.protocol === "file:" ? `${url}index.html` : url;
    const target = new URL(`${file}${anchor ? `#${anchor}` : ""}`, site);
    const element = make("a", className, ...children);
    element.href = target;
    return element;
  }

  /* Some words around the first place that fits, which is marked. */
  function snippet(section, wanted) {
    const places = wanted.flatMap((idea) =>
      [...idea.keys()].map((word) => [section.plainText.indexOf(word), word.trim().length]).filter(([at]) => at >= 0));
    const [at, length] = places.sort((one, other) => one[0] - other[0])[0] ?? [0, 0];
    const from = at < 60 ? 0 : section.text.indexOf(" ", at - 50) + 1;
    const end = Math.min(section.text.length, from + 180);
    const rest = /^[\p{L}\p{N}]*/u.exec(section.text.slice(at + length))[0].length;
    const parts = [from ? "… " : "", section.text.slice(from, at)];
    if (length) parts.push(make("mark", "", section.text.slice(at, at + length + rest)));
    parts.push(section.text.slice(at + (length ? length + rest : 0), end), end < section.text.length ? " …" : "");
    return parts;
  }

  function item({ page, sections }, wanted) {
    const entry = make("li", "md-search-result__item", link(page.url, "", "md-search-result__link result-page", page.title));
    for (const { section } of sections.slice(0, MOST_SECTIONS)) {
      const words = make("span", "result-text", ...snippet(section, wanted));
      if (section.anchor) {
        const heading = make("span", "result-heading", section.heading);
        entry.append(link(page.url, section.anchor, "md-search-result__link", heading, " ", words));
      } else entry.append(words);
    }
    return entry;
  }

  function show() {
    if (!index) return;
    const query = input.value.trim();
    if (!query) {
      list.replaceChildren();
      said.textContent = "Type to search";
      return;
    }
    const { wanted, found } = search(query);
    list.replaceChildren(...found.slice(0, MOST_PAGES).map((one) => item(one, wanted)));
    const count = found.length === 1 ? "1 page" : `${found.length} pages`;
    said.textContent = found.length > MOST_PAGES ? `${count} found; the best ${MOST_PAGES} are shown` : found.length ? `${count} found` : "Nothing found. Try fewer or other words.";
  }

  /* --- opening and closing ---------------------------------------------------------------------------------- */

  const turn = (open) => {
    if (toggle.checked !== open) toggle.click();
  };

  let waiting = 0;
  input.addEventListener("input", () => {
    turn(true);
    load();
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(show);
  });
  input.addEventListener("focus", () => {
    turn(true);
    load();
  });
  toggle.addEventListener("change", () => {
    if (toggle.checked && !region.contains(document.activeElement)) input.focus();
  });
  region.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !region.contains(event.relatedTarget)) turn(false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("a")) turn(false);
  });
  /* Who leaves by Escape or by the button is back where the search was opened. */
  let opener = null;
  region.addEventListener("focusin", (event) => {
    if (!region.contains(event.relatedTarget)) opener = event.relatedTarget;
  });
  const leave = () => {
    const back = opener ?? document.querySelector(".search-button");
    turn(false);
    document.activeElement.blur();
    back?.focus();
  };
  region.querySelector(".search-close").addEventListener("click", leave);
  region.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      leave();
      event.preventDefault();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const stops = [input, ...list.querySelectorAll("a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      stops[(next + stops.length) % stops.length].focus();
      event.preventDefault();
    }
  });
  /* No single letter: it could not be switched off, and who speaks to the computer would set it off (WCAG 2.1.4). */
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    turn(true);
    input.focus();
    input.select();
    event.preventDefault();
  });
})();
