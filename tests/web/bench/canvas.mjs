/** In the viewer's page: `firstImageAt`, the time (ms since 1970) at which the canvas held more
 * than black. The pixels are read back only after something was drawn: reading waits for the whole
 * graphics queue. */
export function watchCanvas() {
  if (!location.pathname.startsWith('/ohif/')) return;
  const SIZE = 32;
  const rendered = ({ target }) => {
    if (window.firstImageAt) return;
    const small = new OffscreenCanvas(SIZE, SIZE).getContext('2d');
    if (!small) return;
    small.drawImage(target.querySelector('canvas'), 0, 0, SIZE, SIZE);
    const { data } = small.getImageData(0, 0, SIZE, SIZE);
    if (!data.some((value, at) => at % 4 < 3 && value > 40)) return;
    window.firstImageAt = performance.timeOrigin + performance.now();
  };
  addEventListener('CORNERSTONE_IMAGE_RENDERED', rendered, true);
}
