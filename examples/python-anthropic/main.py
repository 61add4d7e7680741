"""The official Anthropic client: a whole answer, a stream, the tokens of a request."""

import os

from anthropic import Anthropic

client = Anthropic(
    base_url=os.environ.get("BRIDGE_URL", "http://127.0.0.1:10000"),
    api_key=os.environ.get("BRIDGE_KEY", "demo"),
)
MODEL = "claude-sonnet-4-5"
MESSAGES = [{"role": "user", "content": "What is the capital of France?"}]

answer = client.messages.create(model=MODEL, max_tokens=256, messages=MESSAGES)
print("whole:", "".join(block.text for block in answer.content if block.type == "text"))

with client.messages.stream(model=MODEL, max_tokens=256, messages=MESSAGES) as stream:
    print("stream:", "".join(stream.text_stream))

count = client.messages.count_tokens(model=MODEL, messages=MESSAGES)
print("tokens:", count.input_tokens)
