// How a changelog reads: what changed, and which versions of our own packages come with it, said once.

module.exports = {
  async getReleaseLine({ summary }) {
    const [first, ...more] = summary.trim().split('\n');
    return [`- ${first}`, ...more.map((line) => (line === '' ? line : `  ${line}`))].join('\n');
  },
  async getDependencyReleaseLine(_changesets, dependencies) {
    if (dependencies.length === 0) return '';
    return `- With ${dependencies.map(({ name, newVersion }) => `\`${name}\` ${newVersion}`).join(', ')}.`;
  },
};
