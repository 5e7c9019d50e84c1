"""The error catalogue: every refusal that Trunkline answers, by name.

Codes, HTTP statuses and texts are Twilio's. Blanks in a text are filled where it is raised.
"""

from trunkline.rest.errors import ErrorType

# --- any resource -------------------------------------------------------------------------
UNKNOWN_PARAMETERS = ErrorType(20001, 400, "{reason}")
INVALID_FRIENDLY_NAME = ErrorType(20002, 400, "Invalid FriendlyName: {value}")
AUTHENTICATE = ErrorType(20003, 401, "Authenticate", "Your AccountSid or AuthToken was incorrect.")
INVALID_USERNAME = ErrorType(
    20003,
    401,
    "Authentication Error - invalid username",
    "Your AccountSid or AuthToken was incorrect.",
)
NO_CREDENTIALS = ErrorType(
    20003,
    401,
    "Authentication Error - No credentials provided",
    "Your AccountSid or AuthToken was incorrect.",
)
METHOD_NOT_ALLOWED = ErrorType(20004, 405, "Method not allowed")
ACCOUNT_NOT_ACTIVE = ErrorType(20005, 401, "Account not active")
ACCESS_DENIED = ErrorType(20006, 403, "Access Denied")
TEST_CREDENTIALS = ErrorType(20008, 403, "Resource not accessible with Test Account Credentials")
NOT_COMPLETE = ErrorType(20009, 409, "Cannot delete this resource before it is complete")
DELIVERY_NOT_COMPLETE = ErrorType(
    20009, 409, "Cannot delete message because delivery has not been completed."
)
NO_HTTP = ErrorType(20400, 400, "{reason}")
NOT_FOUND = ErrorType(20404, 404, "The requested resource {path} was not found")
REQUEST_TIMEOUT = ErrorType(20408, 408, "Request Timeout")
CONFLICT = ErrorType(20409, 409, "{reason}")
TOO_LARGE = ErrorType(20413, 413, "Request Entity Too Large")
UNSUPPORTED_MEDIA_TYPE = ErrorType(20415, 415, "Unsupported Media Type")
INVALID_PARAMETER = ErrorType(20422, 400, "Invalid parameter {name}: {reason}")
TOO_MANY_REQUESTS = ErrorType(20429, 429, "Too Many Requests")
HEAD_TOO_LARGE = ErrorType(20431, 431, "Request Header Fields Too Large")
INTERNAL_ERROR = ErrorType(20500, 500, "An internal server error has occurred")
UNAVAILABLE = ErrorType(20503, 503, "Service is unavailable. Please try again.")
INVALID_PAGE_TOKEN = ErrorType(21481, 400, "Invalid PageToken")

# --- accounts -----------------------------------------------------------------------------
NESTED_SUBACCOUNT = ErrorType(21101, 400, "Subaccounts cannot contain subaccounts")
SUBACCOUNT_LIMIT = ErrorType(21480, 400, "Reached maximum number of subaccounts")
INVALID_ACCOUNT_STATUS = ErrorType(21475, 400, "Unable to update Status, invalid Status.")
PARENT_ACCOUNT_SUSPENDED = ErrorType(
    21476, 400, "Unable to update Status for subaccount, parent account is suspended."
)
PARENT_ACCOUNT_STATUS = ErrorType(21477, 400, "Unable to update Status for parent accounts")
SUBACCOUNT_CLOSED = ErrorType(
    21479, 400, "Unable to update Status for subaccount, subaccount has been closed."
)

# --- numbers and applications -------------------------------------------------------------
APPLICATION_LIMIT = ErrorType(21301, 400, "Maximum number of applications reached")
INVALID_URL = ErrorType(21402, 400, "{name} is not valid: {value}")
INVALID_METHOD = ErrorType(21403, 400, "{name} is not valid: {value}")
FALLBACK_WITHOUT_VOICE_URL = ErrorType(21405, 400, "VoiceFallbackUrl requires VoiceUrl to be set")
FALLBACK_WITHOUT_SMS_URL = ErrorType(21406, 400, "SmsFallbackUrl requires SmsUrl to be set")
NUMBER_NOT_SMS_CAPABLE = ErrorType(21407, 400, "This Phone Number type does not support SMS")
APPLICATION_NOT_ACCESSIBLE = ErrorType(21420, 400, "ApplicationSid {value} is not accessible")
NUMBER_INVALID = ErrorType(21421, 400, "PhoneNumber is invalid: {value}")
NUMBER_REQUIRED = ErrorType(21421, 400, "A PhoneNumber or AreaCode is required")
NUMBER_NOT_AVAILABLE = ErrorType(21422, 400, "{value} is not available.")
AREA_CODE_INVALID = ErrorType(21451, 400, "Area code {value} is invalid")
AREA_CODE_EMPTY = ErrorType(21452, 400, "No phone numbers found in area code {value}")
AREA_CODE_UNSUPPORTED = ErrorType(
    21457, 400, "The AreaCode parameter is not supported for this number type"
)
TRANSFER_ACCOUNT_INVALID = ErrorType(
    21470, 400, "AccountSid {value} is not valid for a transfer of this phone number"
)
TRANSFER_ACCOUNT_MISSING = ErrorType(21471, 400, "Account {value} does not exist")
TRANSFER_ACCOUNT_NOT_ACTIVE = ErrorType(21472, 400, "Account {value} is not active")
TRANSFER_ACCOUNT_UNRELATED = ErrorType(
    21473,
    400,
    "AccountSid {value} is not related to the originating owner of the phone number",
)
TRANSFER_NOT_BY_PARENT = ErrorType(
    21474, 400, "API User must be the parent account to transfer phone numbers"
)
NUMBER_TYPE_MISMATCH = ErrorType(
    21458, 400, "{value} is not of the type that this resource provides"
)
TRUNK_INVALID = ErrorType(21245, 400, "{name} {value} does not exist")
BUNDLE_INVALID = ErrorType(21649, 400, "{name} {value} does not exist")
IDENTITY_INVALID = ErrorType(21650, 400, "{name} {value} does not exist")
ADDRESS_INVALID = ErrorType(22109, 400, "{name} {value} does not exist")
EMERGENCY_STATUS_INVALID = ErrorType(
    22222, 400, "{name} cannot be {value} without a registered emergency address"
)

# --- messages -----------------------------------------------------------------------------
BODY_REQUIRED = ErrorType(21602, 400, "Message body is required.")
FROM_REQUIRED = ErrorType(21603, 400, "A 'From' phone number is required.")
TO_REQUIRED = ErrorType(21604, 400, "A 'To' phone number is required.")
FROM_NOT_CAPABLE = ErrorType(
    21606,
    400,
    "The 'From' phone number provided ({sender}) is not a valid message-capable Twilio phone "
    "number for this destination",
)
INVALID_STATUS_CALLBACK = ErrorType(
    21609, 400, "The StatusCallback URL {value} is not a valid URL."
)
OPTED_OUT = ErrorType(21610, 400, "Attempt to send to unsubscribed recipient")
FROM_QUEUE_FULL = ErrorType(
    21611, 400, "This 'From' number {sender} has exceeded the maximum number of queued messages"
)
INVALID_TO = ErrorType(21211, 400, "Invalid 'To' Phone Number: {to}")
INVALID_FROM = ErrorType(
    21212, 400, "The 'From' number {sender} is not a valid phone number or shortcode."
)
INVALID_APPLICATION = ErrorType(21218, 400, "ApplicationSid {value} is not valid")
TO_SHORT_CODE = ErrorType(21265, 400, "The 'To' number {to} cannot be a Short Code")
SAME_TO_AND_FROM = ErrorType(21266, 400, "'To' and 'From' number cannot be the same: {to}")
GEO_PERMISSION = ErrorType(
    21408,
    400,
    "Permission to send an SMS has not been enabled for the region indicated by the 'To' "
    "number: {to}.",
)
NOT_REACHABLE = ErrorType(
    21612,
    400,
    "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number: "
    "{sender} via SMS.",
)
NOT_MOBILE = ErrorType(21614, 400, "To number: {to}, is not a mobile number")
BODY_TOO_LONG = ErrorType(
    21617, 400, "The concatenated message body exceeds the 1600 character limit"
)
CONTENT_REQUIRED = ErrorType(21619, 400, "A text message body or media urls must be specified.")
INVALID_MEDIA_URL = ErrorType(21620, 400, "Invalid media URL(s)")
FROM_NOT_MMS = ErrorType(21621, 400, "The 'From' number {sender} has not been enabled for MMS")
TOO_MANY_MEDIA = ErrorType(21623, 400, "Number of media files exceeds allowed limit")
INVALID_VALIDITY = ErrorType(21624, 400, "The validity period {value} is invalid")
INVALID_MAX_PRICE = ErrorType(21627, 400, "Max Price must be a valid float")
CONTENT_SID_REQUIRED = ErrorType(21654, 400, "ContentSid Required")
CONTENT_SID_INVALID = ErrorType(21655, 400, "The ContentSid is Invalid")
CONTENT_VARIABLES_INVALID = ErrorType(21656, 400, "The ContentVariables Parameter is invalid")
ALPHA_SENDER_INVALID = ErrorType(21657, 400, "The Sender ID is invalid")
CONTENT_VARIABLES_TOO_LONG = ErrorType(21658, 400, "Parameter exceeded character limit")
FROM_NOT_OWNED = ErrorType(
    21659, 400, "'From' {sender} is not a Twilio phone number or Short Code country mismatch"
)
FROM_OTHER_ACCOUNT = ErrorType(
    21660, 400, "Mismatch between the 'From' number {sender} and the account {account}"
)
FROM_NOT_SMS = ErrorType(21661, 400, "'From' {sender} is not SMS-capable")
SERVICE_NOT_FOUND = ErrorType(21701, 400, "The Messaging Service does not exist")
SENDER_NOT_IN_SERVICE = ErrorType(
    21711,
    400,
    "Phone Number, Shortcode, or AlphaSender {sender} is not associated to the specified Messaging "
    "Service.",
)
SERVICE_INVALID = ErrorType(21705, 400, "The Messaging Service is invalid")
ALPHA_SENDER_MISSING = ErrorType(21708, 400, "Alpha Sender ID Missing from the request")
ALPHA_SENDER_INVALID = ErrorType(
    21709, 400, "Alpha Sender ID is Invalid or Not Authorized for this Messaging Service"
)
ALREADY_IN_SERVICE = ErrorType(
    21710, 409, "Phone Number or Short Code is already in the Messaging Service."
)
IN_OTHER_SERVICE = ErrorType(
    21712, 409, "Phone Number or Short Code is associated with another Messaging Service."
)
USECASE_INVALID = ErrorType(21713, 400, "Messaging Service Use Case is Invalid")
POOL_FULL = ErrorType(21714, 400, "Messaging Service Number Pool size limit reached")
SENDER_NOT_CAPABLE = ErrorType(
    21715, 400, "Phone Number Does Not Have Correct Messaging Service Capabilities"
)
CHANNEL_MISMATCH = ErrorType(
    21910, 400, "Invalid From and To pair. From and To should be of the same channel."
)
INVALID_CONTENT_RETENTION = ErrorType(30029, 400, "Invalid ContentRetention: {value}")
INVALID_ADDRESS_RETENTION = ErrorType(30030, 400, "Invalid AddressRetention: {value}")
DOMAIN_SID_INVALID = ErrorType(30100, 404, "Domain SID is invalid")
CERTIFICATE_EXPIRED = ErrorType(30102, 400, "Domain's certificate has expired")
LINK_DOMAIN_MISSING = ErrorType(30106, 400, "Domain has not been set up for this account")
CERTIFICATE_MISSING = ErrorType(30107, 404, "Domain private certificate has not been uploaded")
CALLBACK_URL_INVALID = ErrorType(30109, 400, "Callback URL is invalid")
CERTIFICATE_INCOMPLETE = ErrorType(30116, 400, "Certificate or private key or both are missing")
CERTIFICATE_UNREADABLE = ErrorType(30117, 400, "Certificate cannot be parsed")
PRIVATE_KEY_INVALID = ErrorType(30118, 400, "Private key is invalid")
CERTIFICATE_KEY_MISMATCH = ErrorType(30119, 400, "Certificate and private key pair is invalid")
FALLBACK_URL_INVALID = ErrorType(30122, 400, "Fallback URL is invalid")
SHORTEN_URLS_WITHOUT_SERVICE = ErrorType(30124, 400, "ShortenUrls requires a MessagingServiceSid")
LINK_SERVICE_INVALID = ErrorType(30127, 404, "MessagingServiceSID is invalid.")
CERTIFICATE_SELF_SIGNED = ErrorType(30129, 400, "Certificate is self signed")
SERVICE_HAS_DOMAIN = ErrorType(
    30130, 400, "Messaging Service SID already belongs in another domain configuration."
)
CERTIFICATE_NOT_VALIDATED = ErrorType(30132, 400, "Certificate cannot be validated.")
UPDATE_PARAMETERS = ErrorType(30400, 400, "Parameters are not valid")
NOT_CANCELABLE = ErrorType(30409, 409, "This message cannot be canceled")
SEND_AT_REQUIRED = ErrorType(35111, 400, "SendAt cannot be empty for ScheduleType 'fixed'")
SEND_AT_WINDOW = ErrorType(
    35114,
    400,
    "SendAt time must be between {least} seconds and {days} days ({most} seconds) in the "
    "future, inclusive",
)
SCHEDULE_WITHOUT_SERVICE = ErrorType(
    35118, 400, "MessagingServiceSid is required to schedule a message"
)
SCHEDULE_TYPE_INVALID = ErrorType(
    35126, 400, "The ScheduleType value provided is not supported for this channel"
)
SCHEDULE_TYPE_REQUIRED = ErrorType(35126, 400, "ScheduleType is required")
SEND_AT_INVALID = ErrorType(35114, 400, "SendAt is not a valid time: {value}")
FALLBACK_FROM_WITHOUT_SERVICE = ErrorType(21664, 400, "FallbackFrom requires a MessagingServiceSid")
CHANNEL_FROM_NOT_FOUND = ErrorType(
    63007, 400, "Twilio could not find a Channel with the specified From address"
)

# --- calls ----------------------------------------------------------------------------------
CALL_TO_REQUIRED = ErrorType(21201, 400, "No 'To' number is specified")
CALL_URL_REQUIRED = ErrorType(21205, 400, "Url parameter is required.")
CALL_URL_INVALID = ErrorType(21205, 400, "{name} is not a valid URL: {value}")
SEND_DIGITS_INVALID = ErrorType(21206, 400, "Invalid SendDigits: {value}")
CALL_TIMEOUT_INVALID = ErrorType(21208, 400, "Invalid Timeout: {value}")
CALL_METHOD_INVALID = ErrorType(21209, 400, "{name} is not valid: {value}")
CALL_FROM_NOT_VERIFIED = ErrorType(
    21210,
    400,
    "The source phone number provided, {sender}, is not yet verified for your account. You may "
    "only make calls from phone numbers that you've verified or purchased from Twilio.",
)
CALL_TO_INVALID = ErrorType(
    21211, 400, "The phone number you are attempting to call, {to}, is not valid."
)
CALL_FROM_INVALID = ErrorType(21212, 400, "Invalid From Number (caller ID): {sender}")
CALL_FROM_REQUIRED = ErrorType(21213, 400, "No 'From' number is specified")
CALL_TO_UNREACHABLE = ErrorType(
    21214, 400, "The phone number you are attempting to call, {to}, cannot be reached."
)
CALL_NOT_PERMITTED = ErrorType(
    21215,
    400,
    "Account not authorized to call {to}. Perhaps you need to enable some international "
    "permissions: https://www.twilio.com/console/voice/calls/geo-permissions/low-risk",
)
CALL_BLOCKED = ErrorType(21216, 400, "Call blocked by Twilio blocklist: {to}")
CALL_TO_NOT_A_NUMBER = ErrorType(21217, 400, "Phone number does not appear to be valid")
CALL_NOT_IN_PROGRESS = ErrorType(21220, 400, "Call is not in-progress. Cannot redirect.")
SIP_USERNAME_TOO_LONG = ErrorType(
    21221, 400, "Invalid SipAuthUsername. Must be fewer than 256 chars"
)
SIP_USERNAME_INVALID = ErrorType(21222, 400, "Invalid SipAuthUsername. Illegal chars")
SIP_PASSWORD_TOO_LONG = ErrorType(
    21223, 400, "Invalid SipAuthPassword. Must be fewer than 256 chars"
)
SIP_PASSWORD_INVALID = ErrorType(21224, 400, "Invalid SipAuthPassword. Illegal chars")
SIP_PASSWORD_REQUIRED = ErrorType(
    21225, 400, "SipAuthPassword is required when providing SipAuthUsername"
)
SIP_HEADERS_TOO_LONG = ErrorType(
    21227, 400, "Headers portion of SIP URI must be fewer than 1024 chars"
)
SIP_HEADER_NAME_INVALID = ErrorType(21228, 400, "Invalid SIP Header. Illegal chars in header name")
SIP_HEADER_VALUE_INVALID = ErrorType(
    21229, 400, "Invalid SIP Header. Illegal chars in header value"
)
MACHINE_DETECTION_INVALID = ErrorType(
    21234, 400, "Invalid Machine Detection configuration value: {name}={value}"
)
CALLBACK_INVALID = ErrorType(21609, 400, "The {name} URL {value} is not a valid URL.")
CALLBACK_EVENT_INVALID = ErrorType(21626, 400, "Invalid '{name}': {value}")
CALL_QUEUE_FULL = ErrorType(22005, 400, "Call Queue Full")
TWIML_TOO_LONG = ErrorType(32018, 400, "Twiml size exceeded maximum allowed value")
CALL_STATUS_INVALID = ErrorType(20001, 400, "Invalid Status: {value}")
URL_AND_TWIML = ErrorType(20001, 400, "Url and Twiml are mutually exclusive")

# --- recordings -----------------------------------------------------------------------------
RECORDING_NOT_DUAL = ErrorType(
    16113, 400, "Cannot download a dual-channel presentation of a mono recording"
)
RECORDING_STATUS_CONFLICT = ErrorType(
    16114, 400, "Recording is {before}: its status cannot be changed to {after}"
)
NOT_RECORDABLE = ErrorType(21220, 400, "Requested resource is not eligible for recording")
RECORDING_STATUS_REQUIRED = ErrorType(20001, 400, "Missing required parameter Status")
RECORDING_STATUS_INVALID = ErrorType(
    20001, 400, "Status is not valid: {value}. It must be in-progress, paused or stopped"
)
RECORDING_AMBIGUOUS = ErrorType(
    20001, 400, "Several recordings of this call are in progress: name one by its Sid"
)

# --- content templates ----------------------------------------------------------------------
CONTENT_NOT_FOR_CHANNEL = ErrorType(
    63005, 400, "Channel did not accept given content: {types} cannot be sent here"
)
CONTENT_TYPES_REQUIRED = ErrorType(92001, 400, "'Types' Parameter Required")
CONTENT_TOO_MANY_VARIABLES = ErrorType(
    92002, 400, "The 'variables' parameter exceeds the allowed limit"
)
CONTENT_LANGUAGE_REQUIRED = ErrorType(92003, 400, "'language' Parameter Required")
CONTENT_LANGUAGE_INVALID = ErrorType(92004, 400, "Invalid language code")
CONTENT_DEFAULTS_INVALID = ErrorType(92007, 400, "The Content Variables Parameter is invalid")
CONTENT_TYPE_RETIRED = ErrorType(92008, 400, "Unsupported Content Type")
