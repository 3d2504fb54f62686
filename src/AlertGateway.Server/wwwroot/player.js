// Moves the line over the waveform, and jumps where somebody clicks. Without this script the audio element alone plays.
for (const player of document.querySelectorAll('.programme-player')) {
  const audio = player.querySelector('audio');
  const wave = player.querySelector('svg.waveform');
  const cursor = player.querySelector('.cursor');
  if (!audio || !wave || !cursor) continue;
  const duration = Number(cursor.dataset.duration);
  const width = wave.viewBox.baseVal.width;
  const show = () => {
    const x = String(Math.min(width, audio.currentTime / duration * width));
    cursor.setAttribute('x1', x);
    cursor.setAttribute('x2', x);
  };
  const jump = seconds => {
    audio.currentTime = Math.max(0, Math.min(duration, seconds));
    show();
    audio.play();
  };
  audio.addEventListener('timeupdate', show);
  audio.addEventListener('seeking', show);
  wave.addEventListener('click', event => {
    const box = wave.getBoundingClientRect();
    jump((event.clientX - box.left) / box.width * duration);
  });
  player.addEventListener('click', event => {
    const link = event.target.closest('[data-seek]');
    if (!link) return;
    event.preventDefault();
    jump(Number(link.dataset.seek));
  });
}
