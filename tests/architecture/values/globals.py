"""What every function has unless its own row says otherwise."""

from .notation import either, ref, sub

TAGS = {"application": "autocrm"}
GLOBALS = {
    "Function": {
        "Runtime": "python3.13",
        "Architectures": [ref("Arch")],
        "CodeUri": ".",
        "MemorySize": 1024,
        "Timeout": 25,
        "Tracing": "Active",
        "PermissionsBoundary": ref("FunctionBoundary"),
        "AutoPublishAlias": "live",
        "AutoPublishAliasAllProperties": True,
        "SnapStart": {
            "ApplyOn": {"Fn::If": ["HasSnapStart", "PublishedVersions", "None"]}
        },
        "Layers": [
            ref("CoreLayer"),
            ref("SharedLayer"),
            either("HasParametersExtension", ref("ParametersExtension")),
        ],
        "LoggingConfig": {
            "LogGroup": ref("Logs"),
            "LogFormat": "JSON",
            "ApplicationLogLevel": "INFO",
            "SystemLogLevel": "INFO",
        },
        "Environment": {
            "Variables": {
                "SUPABASE_URL": ref("SupabaseUrl"),
                "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": either(
                    "HasParametersExtension", "2773"
                ),
                "POWERTOOLS_SERVICE_NAME": "autocrm",
                "POWERTOOLS_METRICS_NAMESPACE": sub("AutoCRM/${AWS::StackName}"),
                "PYDANTIC_DISABLE_PLUGINS": "__all__",
                "SSL_CERT_DIR": "/opt/certs",
            }
        },
        "Tags": TAGS,
    },
    "HttpApi": {"FailOnWarnings": True, "Tags": TAGS},
}
