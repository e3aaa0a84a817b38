import type { Episode } from './episodes.ts';
import { seededRandom } from './random.ts';

const size = 640;

/** A landscape in layers below a sun, drawn from the episode's seed. */
export function drawArtwork({ number, title, mood, palette }: Episode): string {
  const random = seededRandom(mood.seed * 7);
  const sunX = Math.round(size * (0.25 + random() * 0.5));
  const sunY = Math.round(size * (0.24 + random() * 0.14));
  const rings = [150, 112, 78].map(
    (radius, i) =>
      `<circle cx="${sunX}" cy="${sunY}" r="${radius}" fill="${palette.sun}" opacity="${[0.12, 0.2, 0.95][i]}"/>`,
  );
  const hills = palette.hills.map((colour, i) => {
    const base = size * (0.5 + i * 0.125);
    return `<path d="${ridge(base, 52 - i * 8, random)}" fill="${colour}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" role="img">`,
    `<title>Artwork of episode ${number}: ${title}</title>`,
    '<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">',
    `<stop offset="0" stop-color="${palette.sky[0]}"/><stop offset="1" stop-color="${palette.sky[1]}"/>`,
    '</linearGradient></defs>',
    `<rect width="${size}" height="${size}" fill="url(#sky)"/>`,
    ...rings,
    ...hills,
    `<text x="48" y="${size - 52}" font-family="ui-serif, Georgia, serif" font-size="120" fill="${palette.sun}" opacity="0.92">${number}</text>`,
    '</svg>',
  ].join('\n');
}

function ridge(base: number, height: number, random: () => number): string {
  const waves = [1.2, 2.3, 5.1].map((turns, i) => ({
    turns: turns + random(),
    phase: random() * 2 * Math.PI,
    height: height / (i + 1) ** 1.4,
  }));
  const points = Array.from({ length: 81 }, (_, i) => {
    const x = (i / 80) * size;
    const y = waves.reduce(
      (sum, wave) => sum + wave.height * Math.sin((i / 80) * wave.turns * 2 * Math.PI + wave.phase),
      base,
    );
    return `${x.toFixed(0)} ${y.toFixed(1)}`;
  });
  return `M0 ${size}L${points.join('L')}L${size} ${size}Z`;
}
