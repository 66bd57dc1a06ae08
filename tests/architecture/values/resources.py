"""By resource: API, what policies allow, how queues keep messages, logs, layers."""

from .functions import STARTED, dashed
from .notation import Value, allow, arn, attribute, parameter, policy, ref, sub

FOURTEEN_DAYS = 1_209_600
OURS = sub("AutoCRM/${AWS::StackName}")
THROUGH_SSM = {"kms:ViaService": sub("ssm.${AWS::Region}.amazonaws.com")}
KEYS = arn("kms", "key/*")


def throttle(rate: int, burst: int) -> Value:
    """Requests a second, and at once."""
    return {"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": rate}


def managed(*statements: Value) -> Value:
    document = {"PolicyDocument": policy(*statements)}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": document}


def reads(name: str) -> Value:
    """Reading one parameter, and decrypting that parameter alone."""
    context = {"kms:EncryptionContext:PARAMETER_ARN": parameter(name)}
    return managed(
        allow("ssm:GetParameter", parameter(name)),
        allow("kms:Decrypt", KEYS, **THROUGH_SSM, **context),
    )


def queue(**properties: object) -> Value:
    encrypted = {"SqsManagedSseEnabled": True}
    return {"Type": "AWS::SQS::Queue", "Properties": {**encrypted, **properties}}


def given_up(queue: str, receives: int) -> Value:
    target = {"deadLetterTargetArn": attribute(queue), "maxReceiveCount": receives}
    return {"RedrivePolicy": target}


def layer() -> Value:
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Metadata": {"BuildMethod": "makefile"},
        "Properties": {
            "ContentUri": ".",
            "CompatibleRuntimes": ["python3.13"],
            "CompatibleArchitectures": [ref("Arch")],
        },
    }


def logs() -> Value:
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"RetentionInDays": ref("LogRetentionDays")},
    }


def counted(name: str, pattern: str, value: str, unit: str) -> Value:
    """Lambda's own reports that a pattern matches, as a metric of ours."""
    metric = {"MetricNamespace": OURS, "MetricName": name}
    return {
        "Type": "AWS::Logs::MetricFilter",
        "Properties": {
            "LogGroupName": ref("Logs"),
            "FilterPattern": f'{{ $.type = "platform.report" && {pattern} }}',
            "MetricTransformations": [{**metric, "MetricValue": value, "Unit": unit}],
        },
    }


API = {
    "DisableExecuteApiEndpoint": {"Fn::If": ["HasDomain", True, False]},
    "DefaultRouteSettings": throttle(rate=100, burst=200),
    "RouteSettings": {
        "POST /v1/hooks/database": throttle(rate=400, burst=800),
        "POST /v1/tickets": throttle(rate=50, burst=100),
        "POST /v1/token": throttle(rate=10, burst=20),
        "POST /v1/webhooks/{webhook}/ping": throttle(rate=1, burst=5),
        "POST /v1/webhooks/{webhook}/replay": throttle(rate=1, burst=5),
    },
    "AccessLogSettings": {
        "DestinationArn": attribute("AccessLogs"),
        "Format": (
            '{"correlation_id":"$context.requestId",'
            '"time":"$context.requestTimeEpoch", '
            '"route":"$context.routeKey","status":"$context.status", '
            '"milliseconds":"$context.responseLatency", '
            '"function_milliseconds":"$context.integrationLatency", '
            '"bytes":"$context.responseLength",'
            '"error":"$context.error.responseType"}'
        ),
    },
    "CorsConfiguration": {
        "AllowOrigins": ref("AllowedOrigins"),
        "AllowMethods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "AllowHeaders": [
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
        ],
        "ExposeHeaders": ["etag", "location", "retry-after", "x-correlation-id"],
        "MaxAge": 600,
    },
}
BOUNDARY = managed(
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], attribute("Logs")),
    allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    allow(
        [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ],
        [attribute("EventQueue"), attribute("JobQueue")],
    ),
    allow(
        "lambda:InvokeFunction",
        [
            arn("lambda", f"function:${{AWS::StackName}}-{worker}:live")
            for worker in sorted(map(dashed, STARTED.values()))
        ],
    ),
    allow("events:PutEvents", attribute("EventBus")),
    allow("ses:SendEmail", arn("ses", "identity/${MailIdentity}")),
    allow(
        "ssm:GetParameter",
        [
            parameter("supabase-secret-key"),
            parameter("webhook-secrets"),
            parameter("supabase-source-secret"),
        ],
    ),
    allow("kms:Decrypt", KEYS, **THROUGH_SSM),
)
RESOURCES = {
    "Api": {"Type": "AWS::Serverless::HttpApi", "Properties": API},
    "ApiDomain": {
        "Type": "AWS::ApiGatewayV2::DomainName",
        "Condition": "HasDomain",
        "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W1030"]}}},
        "Properties": {
            "DomainName": ref("DomainName"),
            "DomainNameConfigurations": [
                {
                    "CertificateArn": ref("DomainCertificate"),
                    "EndpointType": "REGIONAL",
                    "SecurityPolicy": "TLS_1_2",
                }
            ],
        },
    },
    "ApiDomainMapping": {
        "Type": "AWS::ApiGatewayV2::ApiMapping",
        "Condition": "HasDomain",
        "Properties": {
            "ApiId": ref("Api"),
            "DomainName": ref("ApiDomain"),
            "Stage": ref("Api.Stage"),
        },
    },
    "FunctionBoundary": BOUNDARY,
    "ReadSupabaseSecretKey": reads("supabase-secret-key"),
    "ReadWebhookSecrets": reads("webhook-secrets"),
    "ReadSupabaseSourceSecret": reads("supabase-source-secret"),
    "EventQueue": queue(VisibilityTimeout=180, **given_up("EventDeadLetters", 5)),
    "EventDeadLetters": queue(MessageRetentionPeriod=FOURTEEN_DAYS),
    "JobQueue": queue(
        VisibilityTimeout=180,
        MessageRetentionPeriod=3600,
        **given_up("JobDeadLetters", 3),
    ),
    "JobDeadLetters": queue(MessageRetentionPeriod=FOURTEEN_DAYS),
    "ScheduleDeadLetters": queue(MessageRetentionPeriod=FOURTEEN_DAYS),
    "EventBus": {
        "Type": "AWS::Events::EventBus",
        "Properties": {"Name": sub("${AWS::StackName}-events")},
    },
    "CoreLayer": layer(),
    "SharedLayer": layer(),
    "Logs": logs(),
    "AccessLogs": logs(),
    "FailedRuns": counted("FailedRuns", '$.record.status != "success"', "1", "Count"),
    "ColdStarts": counted(
        "ColdStarts",
        "$.record.metrics.initDurationMs > 0",
        "$.record.metrics.initDurationMs",
        "Milliseconds",
    ),
    # Its widgets are text, of which a test knows the metrics.
    "Dashboard": {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": sub("${AWS::StackName}-desk")},
    },
}
