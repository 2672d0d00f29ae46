const parse = (text) => {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return { channels: [red, green, blue], alpha };
};
const luminance = (channels) => {
  const [red, green, blue] = channels
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const { channels, alpha } = parse(getComputedStyle(at).backgroundColor);
    if (alpha === 1) return channels;
  }
  return [0, 0, 0];
};
const found = [];
for (const element of document.body.querySelectorAll("*")) {
  const speaks = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!speaks || !element.checkVisibility()) continue;
  const one = luminance(parse(getComputedStyle(element).color).channels);
  const other = luminance(behind(element));
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  found.push([ratio, element.className, element.textContent.trim().slice(0, 40)]);
}
return found;
