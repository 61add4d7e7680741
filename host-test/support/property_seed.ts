/**
 * Set-up of the unit project: property tests draw the same cases in every run, so that a change is judged by what it changed. Runs over
 * other cases: `FC_SEED=random` (fast-check prints the seed of what fails), or a number to make one of them again.
 */
import fc from "fast-check";

const FIXED = 20261121;
const asked = process.env["FC_SEED"];

if (asked !== "random") fc.configureGlobal({ seed: asked === undefined ? FIXED : Number(asked) });
