"""LangChain: a whole answer and a stream."""

import os

from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model="claude-sonnet-4-5",
    base_url=os.environ.get("BRIDGE_URL", "http://127.0.0.1:10000") + "/v1",
    api_key=os.environ.get("BRIDGE_KEY", "demo"),
)
QUESTION = "What is the capital of France?"

print("whole:", model.invoke(QUESTION).text)
print("stream:", "".join(chunk.text for chunk in model.stream(QUESTION)))
