// What the browser tests ask of a page. Runs in the page.

// Resolves when every chart and formula is drawn, or after so many milliseconds.
function drawn(patience) {
  const end = performance.now() + patience;
  return new Promise((resolve) => {
    const look = () => (undrawn().length === 0 || performance.now() > end ? resolve() : setTimeout(look, 50));
    look();
  });
}

function undrawn() {
  const charts = [...document.querySelectorAll("div[id^=altair-viz]")].filter((chart) => !chart.querySelector("svg.marks"));
  const formulas = [...document.querySelectorAll("main .math")].filter((formula) => !formula.querySelector("mjx-container"));
  return [...charts.map((chart) => `chart ${chart.id}`), ...formulas.map((formula) => `formula ${formula.textContent}`)];
}

function look() {
  return { undrawn: undrawn(), empty: emptyCharts(), overflow: overflow(), faint: faintText() };
}

// What the cells of a lesson printed, and the data that the foot of the page says they ran on.
function outputs() {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent);
  return { printed: texts("main .cell_output").join(" "), stderr: texts(".output.stderr"), data: texts(".lesson-data strong") };
}

// Charts that are on show and yet have no extent; those in a folded solution are not on show.
function emptyCharts() {
  return [...document.querySelectorAll(".vega-embed svg.marks")]
    .filter((chart) => chart.checkVisibility() && chart.getBoundingClientRect().width < 50)
    .map((chart) => chart.parentElement.id);
}

// How many pixels the page is wider than the window.
function overflow() {
  return document.documentElement.scrollWidth - window.innerWidth;
}

// Text whose contrast with what is painted behind it is below 4.5 : 1, or 3 : 1 where it is large (WCAG AA).
function faintText() {
  const faint = [];
  const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.textContent.trim();
    const element = words.currentNode.parentElement;
    if (!text || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest("script, style, mjx-assistive-mml")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
    const behind = painted(element);
    const ink = over(colour(element.closest("svg") ? style.fill : style.color), behind);
    const ratio = contrast(ink, behind);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} "${text.slice(0, 40)}" <${element.tagName.toLowerCase()} ${element.className}>`);
  }
  return faint;
}

function painted(element) {
  const layers = cellBehind(element);
  for (let at = element; at; at = at.parentElement) layers.push(colour(getComputedStyle(at).backgroundColor));
  return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
}

// The colour of the cell of a chart that a text stands in, if it does: the cell is drawn before the text, not around it.
function cellBehind(text) {
  const place = text.getBoundingClientRect();
  const [x, y] = [(place.left + place.right) / 2, (place.top + place.bottom) / 2];
  const cells = [...(text.closest("svg.marks")?.querySelectorAll(".mark-rect path") ?? [])].filter((cell) => {
    const box = cell.getBoundingClientRect();
    return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  });
  return cells.slice(-1).map((cell) => colour(getComputedStyle(cell).fill));
}

function colour(css) {
  const parts = css.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  return parts.length === 3 ? [...parts, 1] : parts;
}

function over(top, below) {
  return [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
}

function contrast(one, other) {
  const [dark, light] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb) {
  const [r, g, b] = rgb.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
