# What every finding begins with: `. "$(dirname "$0")/lib/finding.sh"`. It makes a temporary folder, goes there, and removes
# it in the end, whatever the end is.

set -eu

lib=$(cd "$(dirname "$0")/lib" && pwd)
finding=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
work=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
chmod 755 "$work" # for the account that PostgreSQL runs as, when we are root

clean_up() {
  if [ -d "$work/cluster" ]; then node "$lib/postgres.mjs" stop "$work" || true; fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

cd "$work"
printf '{ "private": true, "type": "module" }\n' > package.json

# install NAME@VERSION …: exactly these, without their install scripts, and says what is there.
install() {
  npm install --silent --no-audit --no-fund --no-update-notifier --ignore-scripts --save-exact "$@"
  echo "Node $(node --version), $*"
}

# python NAME==VERSION …: the same of PyPI's, in a virtual environment whose programs are in venv/bin.
python() {
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check "$@"
  echo "$(venv/bin/python --version), $*"
}

# postgres: starts a PostgreSQL 18 of its own on 127.0.0.1, whose superuser's URL is then in DATABASE_URL.
postgres() {
  package=$(node "$lib/postgres.mjs" package)
  install "$package@18.4.0-beta.17"
  npm rebuild --silent --ignore-scripts=false "$package" > /dev/null # its script makes the links among the libraries
  DATABASE_URL=$(node "$lib/postgres.mjs" start "$work")
  export DATABASE_URL
}

# prisma: Prisma 7 over pg, with the client of the models on standard input. `generate` asks for an engine that it does not use:
# any program stands for it.
prisma() {
  install prisma@7.10.0 @prisma/client@7.10.0 @prisma/adapter-pg@7.10.0 pg@8.23.1
  echo "export default { schema: 'schema.prisma' };" > prisma.config.mjs
  {
    printf 'generator client {\n  provider = "prisma-client-js"\n}\ndatasource db {\n  provider = "postgresql"\n}\n'
    cat
  } > schema.prisma
  PRISMA_SCHEMA_ENGINE_BINARY=$(command -v node) CHECKPOINT_DISABLE=1 npx --no-install prisma generate > generated.txt 2>&1 ||
    { cat generated.txt >&2; exit 2; }
}

# observe COMMAND …: prints what the command prints, and fails unless it is what the header of the finding quotes, in lines
# that begin with `#> `.
observe() {
  "$@" > seen.txt 2> problems.txt || { cat seen.txt problems.txt >&2; echo "The finding could not be tried." >&2; exit 2; }
  cat seen.txt
  sed -n 's/^#> \{0,1\}//p' "$finding" > quoted.txt
  if diff quoted.txt seen.txt > difference.txt; then echo "As found."; else
    echo "The behaviour has changed (< as found, > as seen now):" >&2
    cat difference.txt >&2
    exit 1
  fi
}
