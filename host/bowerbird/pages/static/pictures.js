// A picture of a list whose file is gone shows what stands beneath it, in place of a sign for what is broken.

const LISTS = ".pic img, .blank img, .rail img, .creator img, .film img";

const leave = (image) => { if (image.matches(LISTS)) image.hidden = true; };

document.addEventListener("error", ({ target }) => { if (target instanceof HTMLImageElement) leave(target); }, true);
for (const image of document.images) if (image.complete && image.currentSrc && !image.naturalWidth) leave(image);
