"""Batches, files, models and completions as the users of the official client write them.

Usage: surfaces.py BASE_URL. Prints one JSON object with what was seen.
"""

import io
import json
import sys

from openai import OpenAI


def line(custom_id, content):
    """A request of a batch."""
    body = {
        "model": "claude-haiku-4-5",
        "max_tokens": 16,
        "messages": [{"role": "user", "content": content}],
    }
    return json.dumps(
        {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}
    )


def main(base_url):
    client = OpenAI(api_key="sk-test", base_url=base_url, max_retries=0, timeout=30)
    seen = {}
    text = "\n".join([line("a", "one"), line("b", "two"), line("c", "three")])
    upload = client.files.create(
        file=("jobs.jsonl", io.BytesIO(text.encode())), purpose="batch"
    )
    seen["upload"] = [upload.id, upload.bytes, upload.filename, upload.status]
    batch = client.batches.create(
        input_file_id=upload.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    batch = client.batches.retrieve(batch.id)
    seen["batch"] = [batch.id, batch.status, batch.request_counts.completed]
    output = client.files.content(batch.output_file_id)
    seen["output"] = [json.loads(each) for each in output.text.splitlines()]
    errors = client.files.content(batch.error_file_id)
    seen["errors"] = [json.loads(each) for each in errors.iter_lines()]
    seen["list"] = [each.id for each in client.batches.list(limit=1)]
    seen["cancel"] = client.batches.cancel(batch.id).status
    stored = client.files.create(file=("a.txt", b"hello"), purpose="user_data")
    seen["stored"] = [stored.id, b"hello" in client.files.content(stored.id).read()]
    seen["files"] = [each.id for each in client.files.list(limit=1)]
    seen["deleted"] = client.files.delete(stored.id).deleted
    seen["models"] = [each.id for each in client.models.list()]
    seen["model"] = client.models.retrieve("anthropic/claude-model-1").id
    ask = {"model": "claude-haiku-4-5", "prompt": "hi", "max_tokens": 5}
    seen["completion"] = client.completions.create(**ask).choices[0].text
    chunks = client.completions.create(**ask, stream=True)
    seen["stream"] = "".join(chunk.choices[0].text for chunk in chunks if chunk.choices)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1])
