import type { Episode } from './episodes.ts';
import { compose, loopDuration, noteName } from './score.ts';

/** What is heard and when, read from the score that the audio was made of. */
export function writeTranscript(episode: Episode): string {
  const { number, title, summary, minutes, mood } = episode;
  const notes = compose(mood);
  const lines: string[] = [];
  for (let time = 0; time < minutes * 60; time += loopDuration / 4) {
    const from = time % loopDuration;
    const heard = notes.filter(({ start }) => start >= from && start < from + loopDuration / 4);
    const names = heard.map(({ frequency, loudness }) =>
      loudness > 0.3 ? `<strong>${noteName(frequency)}</strong>` : noteName(frequency),
    );
    lines.push(`<dt>${clock(time)}</dt><dd>${names.join(' · ') || 'The drone alone.'}</dd>`);
  }
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Transcript of episode ${number}: ${title}</title>
<link rel="stylesheet" href="/styles.css">
<body class="transcript">
<main>
<p><a href="/">Longwave</a>, episode ${number}</p>
<h1>${title}</h1>
<p>${summary}</p>
<p>Nobody speaks in this episode. Bells are struck over a drone on ${noteName(mood.root)}; loud ones are printed bold.</p>
<dl>
${lines.join('\n')}
</dl>
</main>
</body>
</html>
`;
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
