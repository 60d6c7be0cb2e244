// What is wrong with the page that is open, as a list of sentences: what an audit asks first.
(() => {
  const wrong = [], all = (what) => [...document.querySelectorAll(what)], seen = (it) => it.checkVisibility();
  const texts = (ids) => ids.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("");
  const named = (it) => (it.getAttribute("aria-label") || texts(it.getAttribute("aria-labelledby") ?? "")
    || it.labels?.[0]?.textContent || it.textContent).trim();
  const ask = (good, text) => good || wrong.push(text);

  ask(document.documentElement.lang, "no language");
  ask(document.title, "no title");
  ask(all("main").length === 1 && all("h1").length === 1, "not one main and one h1");
  const ids = all("[id]").map((it) => it.id);
  for (const id of ids) ask(ids.indexOf(id) === ids.lastIndexOf(id), `id ${id} twice`);
  const nameable = "input, select, button, meter, progress, section, fieldset, ol, [role=img], [role=region]";
  for (const it of all(nameable)) ask(named(it), `${it.tagName} #${it.id} has no name`);
  for (const it of all("[aria-labelledby]")) ask(texts(it.getAttribute("aria-labelledby")), `${it.id}: named by nothing`);
  for (const it of all("button, select, input:not([type=checkbox])").filter(seen))
    ask(Math.min(it.offsetHeight, it.offsetWidth) >= 24, `${it.id} is too small to touch`);
  for (const it of all("[tabindex]")) ask(it.tabIndex <= 0, `${it.id} jumps the queue`);
  for (const kind of ["assertive", "polite"]) ask(all(`[aria-live=${kind}]`).length, `nothing is ${kind}`);
  let level = 1;
  for (const it of all("h1, h2, h3").filter(seen)) {
    const now = Number(it.tagName[1]);
    ask(now <= level + 1, `${it.textContent} skips a level`);
    level = now;
  }

  // WCAG 2.2, 1.4.3: text of 4.5 to 1, large text of 3 to 1 against what lies behind it.
  const parts = (text) => text.match(/[\d.]+/g).map(Number);
  const linear = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = (it) => {
    for (; it; it = it.parentElement) {
      const color = parts(getComputedStyle(it).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  for (const it of all("body *")) {
    const own = [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !seen(it) || it.disabled || it.closest(".unseen, option, :disabled")) continue;
    const style = getComputedStyle(it), size = parseFloat(style.fontSize);
    const [a, b] = [light(parts(style.color)), light(behind(it))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    ask(ratio >= least, `${it.id || it.tagName} "${it.textContent.slice(0, 20)}" has a contrast of ${ratio.toFixed(2)}`);
  }
  return wrong;
})()
