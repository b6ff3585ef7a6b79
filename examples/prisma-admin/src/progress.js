// Shows that a pressed button is at work, and that pressing it again would do nothing.
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (button.getAttribute('aria-disabled') === 'true') {
    event.preventDefault();
    return;
  }
  button.setAttribute('aria-disabled', 'true');
  button.setAttribute('aria-busy', 'true');
  button.textContent = button.dataset.working;
});
// A page that the browser has kept is shown again as it was left.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
});
