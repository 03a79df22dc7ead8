"""Walk through a page with the Tab key."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

START = """() => {
  const seen = new WeakSet();
  let before = null;
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [red, green, blue] = numbers(colour).map((value) => channel(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const below = (part) => {
    for (; part; part = part.parentElement) {
      const colour = getComputedStyle(part).backgroundColor;
      const [, , , alpha = 1] = numbers(colour);
      if (alpha === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  Object.assign(window, { contrast, below });
  const name = (part) => `${part.localName} ${part.getAttribute("aria-label") ?? part.innerText ?? ""} ${part.id} ${part.className}`.replace(/\\s+/g, " ").slice(0, 80);

  /* What is wrong with the place that has the focus; null where it is nowhere. */
  window.look = () => {
    const part = document.activeElement;
    if (!part || part === document.body) return null;
    const found = { name: name(part), again: seen.has(part), faults: [] };
    const style = getComputedStyle(part);
    const inside = parseFloat(style.outlineOffset) < 0;
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) found.faults.push("no ring");
    else {
      const ratio = contrast(style.outlineColor, below(inside ? part : part.parentElement));
      if (ratio < 3) found.faults.push(`faint ring, ${ratio.toFixed(1)}`);
    }
    const boxes = [...part.getClientRects()].map((box) => ({
      left: Math.max(0, box.left), right: Math.min(document.documentElement.clientWidth, box.right),
      top: Math.max(0, box.top), bottom: Math.min(innerHeight, box.bottom),
    })).filter((box) => box.right - box.left > 1 && box.bottom - box.top > 1);
    const hits = boxes.map((box) => document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2));
    if (!boxes.length) found.faults.push("outside the window");
    else if (style.pointerEvents !== "none" && !hits.some((hit) => part.contains(hit))) {
      found.faults.push(`hidden by ${hits.map((hit) => hit && name(hit))}`);
    }
    if (before?.isConnected && !found.again && !(before.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING)) {
      found.faults.push(`comes after ${name(before)}, but stands before it`);
    }
    seen.add(part);
    before = part;
    return found;
  };

  /* Everything that can be used and was not reached. */
  window.missed = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((part) => part.checkVisibility({ visibilityProperty: true }) && !part.disabled && !part.closest("[inert], [tabindex='-1']"))
    .filter((part) => !seen.has(part) && !(part.type === "radio" && [...document.getElementsByName(part.name)].some((one) => seen.has(one))))
    .map(name);
}"""


def stop(page: Page) -> Any:
    """Where the focus is. It must be seen, inside the window, and not below something else."""
    found = page.evaluate("look()")
    assert found, "the focus is nowhere"
    assert found["faults"] == [], found
    return found


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate(START)
