// LangChain: a whole answer and a stream.
import { ChatOpenAI } from "@langchain/openai";

const model = new ChatOpenAI({
  model: "claude-sonnet-4-5",
  apiKey: process.env.BRIDGE_KEY ?? "demo",
  configuration: { baseURL: `${process.env.BRIDGE_URL ?? "http://127.0.0.1:10000"}/v1` },
});
const question = "What is the capital of France?";

const answer = await model.invoke(question);
console.log("whole:", answer.text);

let text = "";
for await (const chunk of await model.stream(question)) text += chunk.text;
console.log("stream:", text);
