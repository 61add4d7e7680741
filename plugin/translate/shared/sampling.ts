/** temperature, top_p and top_k by what the model takes. Source: docs/chat.md, "temperature, top_p, top_k". */
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";
import { FIXED_ONE, readFixed } from "../../json/number";
import { kindOf } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { Facts, Plan } from "../plan";
import { Sampling } from "../traits";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { atMember, refuse } from "./problem";
import { putMember } from "./tools";

/** 0.95 in fixed point: the least top_p that thinking allows. */
const TOP_P_THINKING: i64 = 1_900_000_000;

/** The three values as the client wrote them; (0, 0): absent. */
@unmanaged
@final
export class SamplingInput {
  temperaturePtr: usize;
  temperatureLen: u32;
  topPPtr: usize;
  topPLen: u32;
  topKPtr: usize;
  topKLen: u32;
  thinking: bool; // thinking is on in this request
}

/** Values of the request written last that went into it, JSON; length 0: none did. */
export let sentTemperaturePtr: usize = 0;
export let sentTemperatureLen: u32 = 0;
export let sentTopPPtr: usize = 0;
export let sentTopPLen: u32 = 0;

/** There is no request whose values could be repeated. */
export function forgetSampling(): void {
  sentTemperatureLen = 0;
  sentTopPLen = 0;
}

/** Appends what may be sent; removals are noted unless the value was the neutral 1. False with a problem. */
export function putSampling(out: Writer, input: SamplingInput, plan: Plan, facts: Facts): bool {
  if (!checkRanges(input)) return false;
  if (!plan.samplingKeep) adapt(input, plan, facts);
  const clamp =
    input.temperatureLen > 0 &&
    !plan.samplingKeep &&
    !plan.bifrost &&
    temperature(input) > FIXED_ONE;
  if (clamp) {
    out.literal(L.TEMPERATURE_ONE);
    note(facts, Adaptation.ClampedTemperature);
  } else putMember(out, L.K_TEMPERATURE, input.temperaturePtr, input.temperatureLen);
  sentTemperaturePtr = input.temperaturePtr;
  sentTemperatureLen = clamp ? 0 : input.temperatureLen; // 1 is what an absent one means
  sentTopPPtr = input.topPPtr;
  sentTopPLen = input.topPLen;
  putMember(out, L.K_TOP_P, input.topPPtr, input.topPLen);
  putMember(out, L.K_TOP_K, input.topKPtr, input.topKLen);
  return true;
}

function temperature(input: SamplingInput): i64 {
  return readFixed(input.temperaturePtr, input.temperatureLen);
}

function checkRanges(input: SamplingInput): bool {
  if (input.temperatureLen > 0) {
    const value = temperature(input);
    atMember(L.TEMPERATURE);
    if (value < 0) return refuse(400, L.CODE_DECIMAL_BELOW, L.TEXT_TEMPERATURE_RANGE);
    if (value > 2 * FIXED_ONE) return refuse(400, L.CODE_DECIMAL_ABOVE, L.TEXT_TEMPERATURE_RANGE);
  }
  if (input.topPLen == 0) return true;
  const value = readFixed(input.topPPtr, input.topPLen);
  atMember(L.TOP_P);
  if (value < 0) return refuse(400, L.CODE_DECIMAL_BELOW, L.TEXT_TOP_P_RANGE);
  return value <= FIXED_ONE || refuse(400, L.CODE_DECIMAL_ABOVE, L.TEXT_TOP_P_RANGE);
}

/** The rows of the table, first match wins. */
function adapt(input: SamplingInput, plan: Plan, facts: Facts): void {
  const sampling = plan.traits.sampling;
  if (sampling == Sampling.None) {
    dropTemperature(input, facts);
    dropTopP(input, facts);
    dropTopK(input, facts);
    return;
  }
  if (plan.bifrost) return;
  if (input.thinking) {
    adaptToThinking(input, facts);
    return;
  }
  if (sampling != Sampling.NotBoth || input.temperatureLen == 0 || input.topPLen == 0) return;
  if (temperature(input) == FIXED_ONE) dropTemperature(input, facts);
  else dropTopP(input, facts);
}

/** Thinking takes temperature 1, or a high top_p alone. */
function adaptToThinking(input: SamplingInput, facts: Facts): void {
  const keepTopP =
    input.temperatureLen == 0 &&
    input.topPLen > 0 &&
    readFixed(input.topPPtr, input.topPLen) >= TOP_P_THINKING;
  if (input.temperatureLen > 0 && temperature(input) != FIXED_ONE) dropTemperature(input, facts);
  if (!keepTopP) dropTopP(input, facts);
  dropTopK(input, facts);
}

function dropTemperature(input: SamplingInput, facts: Facts): void {
  if (input.temperatureLen == 0) return;
  if (temperature(input) != FIXED_ONE) note(facts, Adaptation.DroppedTemperature);
  input.temperaturePtr = 0;
  input.temperatureLen = 0;
}

function dropTopP(input: SamplingInput, facts: Facts): void {
  if (input.topPLen == 0) return;
  if (readFixed(input.topPPtr, input.topPLen) != FIXED_ONE) note(facts, Adaptation.DroppedTopP);
  input.topPPtr = 0;
  input.topPLen = 0;
}

function dropTopK(input: SamplingInput, facts: Facts): void {
  if (input.topKLen == 0) return;
  if (kindOf(input.topKPtr) != JsonKind.Null) note(facts, Adaptation.DroppedTopK);
  input.topKPtr = 0;
  input.topKLen = 0;
}
