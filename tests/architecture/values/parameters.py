"""By parameter: what it may be and is by default; conditions, rules, and outputs."""

from .notation import Value, attribute, ref, sub


def text(default: str | None = None) -> Value:
    return {"Type": "String", **({} if default is None else {"Default": default})}


def choice(default: str, *others: str) -> Value:
    return {"Type": "String", "Default": default, "AllowedValues": [default, *others]}


def switch(default: str, on: str) -> Value:
    return {"Type": "String", "Default": default, "AllowedValues": [on, default]}


def equal(name: str, value: str) -> Value:
    return {"Fn::Equals": [ref(name), value]}


def differs(name: str, value: str) -> Value:
    return {"Fn::Not": [equal(name, value)]}


def rule(when: Value, then: Value) -> Value:
    return {"RuleCondition": when, "Assertions": [{"Assert": then}]}


PARAMETERS = {
    "Arch": choice("arm64", "x86_64"),
    "SupabaseUrl": text(),
    "SupabasePublishableKey": text(),
    "LimitByAddress": switch("false", "true"),
    "ParametersExtension": text(""),
    "WebhookAllowPrivate": switch("false", "true"),
    "MailFrom": text("Help desk <desk@example.com>"),
    "MailIdentity": text("example.com"),
    "MailTicketUrl": text(""),
    "AllowedOrigins": {
        "Type": "CommaDelimitedList",
        "Default": "http://localhost:5173",
    },
    "DomainName": text(""),
    "DomainCertificate": text(""),
    "AlarmTopic": text(""),
    "LogRetentionDays": {
        "Type": "Number",
        "Default": 30,
        "AllowedValues": [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365],
    },
    "ReserveConcurrency": choice("true", "false"),
    # Whatever costs while nothing happens is off.
    "SnapStart": switch("off", "on"),
    "ProvisionedConcurrency": {"Type": "Number", "Default": 0, "MinValue": 0},
}
RULES = {
    "OneWayToStartWarm": rule(
        equal("SnapStart", "on"), equal("ProvisionedConcurrency", "0")
    ),
    "ADomainHasACertificate": rule(
        differs("DomainName", ""), differs("DomainCertificate", "")
    ),
}
CONDITIONS = {
    "HasDomain": differs("DomainName", ""),
    "HasAlarmTopic": differs("AlarmTopic", ""),
    "HasSnapStart": equal("SnapStart", "on"),
    "KeepsWarm": differs("ProvisionedConcurrency", "0"),
    "HasParametersExtension": differs("ParametersExtension", ""),
    "ReservesConcurrency": equal("ReserveConcurrency", "true"),
    "LimitsByAddress": equal("LimitByAddress", "true"),
}
OUTPUTS = {
    "ApiUrl": {
        "Value": {
            "Fn::If": [
                "HasDomain",
                sub("https://${DomainName}"),
                sub("https://${Api}.execute-api.${AWS::Region}.amazonaws.com"),
            ]
        }
    },
    "DomainTarget": {
        "Condition": "HasDomain",
        "Value": attribute("ApiDomain", "RegionalDomainName"),
    },
    "EventBusName": {"Value": ref("EventBus")},
    "LogGroup": {"Value": ref("Logs")},
    "AccessLogGroup": {"Value": ref("AccessLogs")},
    "DashboardName": {"Value": ref("Dashboard")},
}
