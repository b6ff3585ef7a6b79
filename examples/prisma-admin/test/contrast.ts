/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * The texts of the page whose colour is too near to what is behind them, for `page.evaluate`: WCAG asks for a ratio of
 * 4.5 to 1. It runs in the browser, so it has all that it needs inside.
 */
export function textsOfLittleContrast(): string[] {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- what is outside stays behind
  const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number =>
    channels(color)
      .slice(0, 3)
      .map((channel) => channel / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, index) => sum + part * (index === 0 ? 0.2126 : index === 1 ? 0.7152 : 0.0722), 0);
  const behind = (element: Element | null): string => {
    const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)';
    return element && channels(color)[3] === 0 ? behind(element.parentElement) : color;
  };
  const texts = [...document.body.querySelectorAll('*')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()),
  );
  if (texts.length === 0) throw new Error('The page has no text.');
  return texts
    .filter((element) => {
      const [dark = 0, light = 0] = [luminance(getComputedStyle(element).color), luminance(behind(element))].toSorted(
        (a, b) => a - b,
      );
      return (light + 0.05) / (dark + 0.05) < 4.5;
    })
    .map((element) => element.textContent.trim());
}
