/**
 * Runs in the page: every visible text node whose contrast with the ground behind it is below 4.5 (WCAG 2.2, 1.4.3),
 * with its text and the ratio. Text of our own in `::before` counts too. A string, since the project has no DOM types.
 */
export const findLowContrast = `(() => {
  const parse = (color) => {
    const [red, green, blue, alpha = 1] = color.match(/[\\d.]+/g).map(Number);
    return { red, green, blue, alpha };
  };
  const over = (top, ground) => ({
    red: top.red * top.alpha + ground.red * (1 - top.alpha),
    green: top.green * top.alpha + ground.green * (1 - top.alpha),
    blue: top.blue * top.alpha + ground.blue * (1 - top.alpha),
    alpha: 1,
  });
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (color) => 0.2126 * channel(color.red) + 0.7152 * channel(color.green) + 0.0722 * channel(color.blue);
  const groundOf = (element) => {
    const layers = [];
    for (let each = element; each !== null; each = each.parentElement) layers.unshift(parse(getComputedStyle(each).backgroundColor));
    return layers.reduce((ground, layer) => over(layer, ground), { red: 255, green: 255, blue: 255, alpha: 1 });
  };
  const ratioOf = (element, pseudo) => {
    const ground = groundOf(element);
    const text = luminance(over(parse(getComputedStyle(element, pseudo).color), ground));
    const back = luminance(ground);
    return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
  };
  const low = [];
  let seen = 0;
  const check = (element, pseudo, text) => {
    seen += 1;
    const ratio = ratioOf(element, pseudo);
    if (!(ratio >= 4.5)) low.push(text.slice(0, 40) + ' ' + ratio.toFixed(2));
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === '' || element.closest('svg') !== null || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    check(element, null, text);
  }
  for (const element of document.querySelectorAll('.blocks td, .punch-list > li')) {
    const content = getComputedStyle(element, '::before').content;
    if (content !== 'none' && content !== 'normal') check(element, '::before', '::before ' + content);
  }
  return seen < 40 ? [...low, 'only ' + seen + ' texts were seen'] : low;
})()`;
