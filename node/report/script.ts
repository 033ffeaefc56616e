/** What the page does beyond showing itself: one moment, chosen by a slider or by pointing, is told in every chart. Without it nothing is missing. */
export const script = `
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const form = document.querySelector('.cursor');
  if (!form) return;
  const [slider, time, what] = ['input', 'output', 'p'].map((name) => form.querySelector(name));
  const times = form.dataset.times.split('|');
  const last = times.length - 1;
  const rows = all('tr[data-from]');
  const places = all('.plot,.lane').map((place) => {
    const line = document.createElement('div');
    line.className = 'cursor-line';
    line.hidden = true;
    place.append(line);
    const now = place.closest('figure')?.querySelector('.now');
    return { place, line, now, latest: now?.textContent, values: place.dataset.values?.split('|') };
  });
  const show = (bin) => {
    const end = bin === last;
    slider.value = bin;
    time.textContent = end ? 'latest' : times[bin];
    slider.setAttribute('aria-valuetext', time.textContent);
    for (const { line, now, latest, values } of places) {
      line.hidden = end;
      line.style.left = 100 * (bin + .5) / (last + 1) + '%';
      if (now) now.textContent = end ? latest : values[bin] || 'no value';
    }
    const hit = rows.filter((row) => {
      const is = !end && row.dataset.from <= bin && bin <= row.dataset.to;
      row.classList.toggle('hit', is);
      return is;
    });
    what.textContent = hit.length ? hit.map((row) => row.cells[2].textContent).join('; ') : end ? 'Slide, or point at a chart: all values of a moment.' : 'Nothing unusual.';
  };
  slider.addEventListener('input', () => show(Number(slider.value)));
  slider.addEventListener('keydown', (event) => { if (event.key === 'Escape') show(last); });
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const { place } of places) {
    const point = ({ clientX }) => {
      const { left, width } = place.getBoundingClientRect();
      show(Math.max(0, Math.min(last, Math.floor((clientX - left) / width * (last + 1)))));
    };
    place.addEventListener('pointermove', point);
    place.addEventListener('pointerdown', point);
  }
  form.hidden = false;
  show(last);
})();
`;
