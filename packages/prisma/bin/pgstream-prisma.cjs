#!/usr/bin/env node
// A file that is there before the build: package managers link commands when they install.
// oxlint-disable-next-line import/no-unassigned-import -- it is the program
require('../dist/generator.cjs');
