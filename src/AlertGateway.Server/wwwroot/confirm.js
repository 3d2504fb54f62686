// Says while typing whether the words are the right ones. The server decides; without this script it does so alone.
const input = document.getElementById('phrase');
const state = document.getElementById('phrase-state');
if (input && state) {
  const squeeze = text => text.replace(/\s+/gu, '');
  const wanted = squeeze(input.dataset.phrase);
  input.addEventListener('input', () => {
    const typed = squeeze(input.value);
    state.textContent = typed === '' ? '' : typed === wanted ? '✓ 一致 matches' : '尚不一致 does not match yet';
  });
}
