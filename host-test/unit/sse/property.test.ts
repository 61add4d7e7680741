import { expect, test } from "vitest";
import { Probe } from "../../support/probe.ts";
import { runProperty } from "./property.ts";

test("3,000 random streams, whole and cut, give the events of the oracle", () => {
  const { events, overflows } = runProperty(new Probe(), 3000, 20_260_802);
  expect(events).toBeGreaterThan(1000);
  expect(overflows).toBeGreaterThan(100);
});
