"""The official OpenAI client: a whole answer, a stream, Responses, the list of models."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("BRIDGE_URL", "http://127.0.0.1:10000") + "/v1",
    api_key=os.environ.get("BRIDGE_KEY", "demo"),
)
MODEL = "claude-sonnet-4-5"
MESSAGES = [{"role": "user", "content": "What is the capital of France?"}]

answer = client.chat.completions.create(model=MODEL, messages=MESSAGES)
print("whole:", answer.choices[0].message.content)

text = ""
for chunk in client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True):
    if chunk.choices:
        text += chunk.choices[0].delta.content or ""
print("stream:", text)

response = client.responses.create(model=MODEL, input="What is the capital of Italy?")
print("responses:", response.output_text)

print("models:", ", ".join(model.id for model in client.models.list()))
