/** What a look for names speaks for, held to the cases that Python is held to as well (R12, design 7). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { keptWords } from '../../static/tablet/kept_words.js';
import { cover, entriesOf, looksIn, newlyNamed, toLookThrough, wordsNamed } from '../../static/tablet/looks.js';

const { cases } = JSON.parse(readFileSync(new URL('../../sync/vectors/looks.json', import.meta.url), 'ascii'));

const stands = ({ record, fields }) => ({
  record, fields: new Map(Object.entries(fields).map(([name, values]) => [name, values.map(([operation, value]) => ({ operation, value }))])),
});
const several = (found) => Object.fromEntries([...found].map(([record, words]) => [record, entriesOf(words)]));

for (const { name, evidence, activity, consents, blocks, codings, files, activity_types, roles, to_look_through, screened, kept, look } of cases) {
  const belonging = {
    evidence: stands(evidence), activity: activity === null ? null : stands(activity), consents: consents.map(stands), blocks: blocks.map(stands),
    codings: codings.map(stands), files: files.map(stands),
  };
  const standing = toLookThrough(belonging);
  const looks = looksIn(belonging.evidence);

  test(`what stands has to be looked through: ${name}`, () => {
    assert.deepEqual({ words: entriesOf(standing.words), memos: several(standing.memos), files: several(standing.files) }, to_look_through);
  });

  test(`a record counts as looked through or not: ${name}`, () => assert.equal(cover(looks, standing.words), screened));

  test(`a look names what was seen: ${name}`, { skip: look === undefined }, () => {
    assert.deepEqual(entriesOf(newlyNamed(standing, looks, wordsNamed(look.shown), look.opened)), look.names);
  });

  test(`whoever looks is shown what is kept with the record: ${name}`, () => {
    const around = [belonging.evidence, ...(belonging.activity === null ? [] : [belonging.activity]), ...belonging.consents];
    assert.deepEqual(keptWords(around, belonging.blocks, activity_types, roles), kept);
  });
}
