"""Handlers of the sample template: each shows one way a function can behave."""

import base64
import json
import os
import time
from pathlib import Path

JSON = {"content-type": "application/json"}


def echo(event, context):
    answer = {
        "event": event,
        "environment": {key: os.environ[key] for key in sorted(os.environ)},
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining": context.get_remaining_time_in_millis(),
        "process": os.getpid(),
    }
    return {"statusCode": 200, "headers": JSON, "body": json.dumps(answer)}


def create(event, context):
    headers = {"ETag": '"1"', "access-control-allow-origin": "https://own.example"}
    return {"statusCode": 201, "headers": headers, "body": "made"}


def binary(event, context):
    body = event["body"]
    raw = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/octet-stream"},
        "body": base64.b64encode(raw[::-1]).decode(),
        "isBase64Encoded": True,
    }


def fail(event, context):
    raise ValueError("on purpose")


def sleep(event, context):
    if (event.get("queryStringParameters") or {}).get("long"):
        time.sleep(60)
    return {"process": os.getpid()}


def leave(event, context):
    if (event.get("queryStringParameters") or {}).get("now"):
        os._exit(7)
    return {"process": os.getpid()}


def big(event, context):
    return "x" * (6 * 1024 * 1024)


def together(event, context):
    """Answers once `count` of us are at work at the same time."""
    folder = Path(event["folder"])
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < event["count"]:
        time.sleep(0.01)
    return os.getpid()


def work(event, context):
    failed = []
    for record in event["Records"]:
        job = json.loads(record["body"])
        with Path(job["log"]).open("a") as log:
            log.write(f"{job['name']}\n")
        if job["fails"]:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def tick(event, context):
    return {"event": event}
