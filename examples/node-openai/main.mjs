// The official OpenAI client: a whole answer, a stream, Responses, the list of models.
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: `${process.env.BRIDGE_URL ?? "http://127.0.0.1:10000"}/v1`,
  apiKey: process.env.BRIDGE_KEY ?? "demo",
});
const model = "claude-sonnet-4-5";
const messages = [{ role: "user", content: "What is the capital of France?" }];

const answer = await client.chat.completions.create({ model, messages });
console.log("whole:", answer.choices[0].message.content);

let text = "";
for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
  text += chunk.choices[0]?.delta.content ?? "";
}
console.log("stream:", text);

const response = await client.responses.create({ model, input: "What is the capital of Italy?" });
console.log("responses:", response.output_text);

const models = await client.models.list();
console.log("models:", models.data.map(({ id }) => id).join(", "));
