"""Mail as it comes back: reports in the manner of Postfix, Exchange and Coremail, and what is none."""

import base64

DATE = "Mon, 03 Mar 2025 08:00:01 +0800"


def lines(text: str, charset: str = "utf-8") -> bytes:
    return text.replace("\n", "\r\n").encode(charset)


def postfix(message_id, *, action="failed", status="5.1.1", date=DATE, said=None) -> bytes:
    """Postfix: the status in the clear, the head of the original as text."""
    said = said or f"550 {status} <ma@east.example>: Recipient address rejected: User unknown"
    return lines(f"""Return-Path: <>
Date: Mon,  3 Mar 2025 08:00:05 +0800 (CST)
From: MAILER-DAEMON@mail.county.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: xiaohuan@county.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9C2A41F.1740960005/mail.county.example"
Message-Id: <20250303000005.4F1C3@mail.county.example>

This is a MIME-encapsulated message.

--9C2A41F.1740960005/mail.county.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9C2A41F.1740960005/mail.county.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.county.example
X-Postfix-Queue-ID: 9C2A41F
Arrival-Date: Mon,  3 Mar 2025 08:00:02 +0800 (CST)

Final-Recipient: rfc822; ma@east.example
Original-Recipient: rfc822;ma@east.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.east.example
Diagnostic-Code: smtp; {said}

--9C2A41F.1740960005/mail.county.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <xiaohuan@county.example>
Subject: =?utf-8?b?5Yiw5pyf?=
From: xiaohuan@county.example
To: ma@east.example
Date: {date}
Message-ID: {message_id}
Auto-Submitted: auto-generated

--9C2A41F.1740960005/mail.county.example--
""")


def exchange(message_id, *, date=DATE) -> bytes:
    """Exchange: HTML for people, a status with remarks, the whole original."""
    return lines(f"""From: Microsoft Outlook <postmaster@county.example>
To: xiaohuan@county.example
Date: Mon, 3 Mar 2025 00:00:09 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="b3f1a2d7-79c4-4b83-bd2b-0d4ef1c6d8a9"
Content-Language: zh-CN
Message-ID: <b3f1@mx1.county.example>
In-Reply-To: {message_id}
References: {message_id}
Subject: =?utf-8?B?5pyq5Lyg6YCS77ya5Yiw5pyf?=
Auto-Submitted: auto-replied
MIME-Version: 1.0

--b3f1a2d7-79c4-4b83-bd2b-0d4ef1c6d8a9
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="3c7d0a55-9d0f-4e7e-bb54-9c9cf8f8a4d1"

--3c7d0a55-9d0f-4e7e-bb54-9c9cf8f8a4d1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

{base64.b64encode("收件人的邮箱已满，现在无法接收邮件。".encode()).decode()}

--3c7d0a55-9d0f-4e7e-bb54-9c9cf8f8a4d1
Content-Type: text/html; charset="utf-8"

<html><body><p>mailbox full</p></body></html>

--3c7d0a55-9d0f-4e7e-bb54-9c9cf8f8a4d1--

--b3f1a2d7-79c4-4b83-bd2b-0d4ef1c6d8a9
Content-Type: message/delivery-status

Reporting-MTA: dns;mx1.county.example
Received-From-MTA: dns;app.county.example
Arrival-Date: Mon, 3 Mar 2025 00:00:02 +0000

Original-Recipient: rfc822;ma@east.example
Final-Recipient: rfc822;ma@east.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException
X-Display-Name: =?utf-8?B?6ams5Lic?=

--b3f1a2d7-79c4-4b83-bd2b-0d4ef1c6d8a9
Content-Type: message/rfc822

Received: from app.county.example by mx1.county.example; Mon, 3 Mar 2025 00:00:02 +0000
Message-ID:
 {message_id}
Date: {date}
From: xiaohuan@county.example
To: ma@east.example
Subject: =?utf-8?b?5Yiw5pyf?=
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

5Yiw5pyf

--b3f1a2d7-79c4-4b83-bd2b-0d4ef1c6d8a9--
""")


def coremail(message_id, *, date=DATE) -> bytes:
    """Coremail: words in GBK, in fields too and without saying so, and a status that says nothing closer."""
    return lines(
        f"""From: Postmaster@east.example
To: xiaohuan@county.example
Date: Mon, 3 Mar 2025 08:02:11 +0800 (CST)
Subject: =?GBK?B?{base64.b64encode("系统退信".encode("gbk")).decode()}?=
MIME-Version: 1.0
Content-Type: multipart/report; report-type="delivery-status"; boundary="----=_Part_Coremail_77"
X-Mailer: Coremail DSN

------=_Part_Coremail_77
Content-Type: text/plain; charset=GBK
Content-Transfer-Encoding: 8bit

您好，您的邮件被收件方拒收。

------=_Part_Coremail_77
Content-Type: message/delivery-status

Reporting-MTA: dns; east.example

Final-recipient: RFC822; ma@east.example
Action: Failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 用户不存在

------=_Part_Coremail_77
Content-Type: message/rfc822

Date: {date}
Message-Id: {message_id}
From: xiaohuan@county.example
To: ma@east.example

------=_Part_Coremail_77--
""",
        "gbk",
    )


def encoded(message_id, *, date=DATE) -> bytes:
    """RFC 6533: the status in UTF-8 and in base64, as for an address beyond ASCII."""
    status = "Reporting-MTA: dns; east.example\n\nFinal-Recipient: utf-8; 马东@东镇.example\nAction: failed\n"
    status += "Status: 5.7.1\nDiagnostic-Code: smtp; 554 疑似垃圾邮件\n"
    return lines(f"""From: postmaster@east.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=global-delivery-status; boundary=xx

--xx
Content-Type: text/plain; charset=utf-8

退信
--xx
Content-Type: message/global-delivery-status
Content-Transfer-Encoding: base64

{base64.encodebytes(status.encode()).decode()}
--xx
Content-Type: message/global-headers

Message-ID: {message_id}
Date: {date}

--xx--
""")


def vacation(message_id) -> bytes:
    return lines(f"""From: ma@east.example
To: xiaohuan@county.example
Subject: Auto: away until Friday
In-Reply-To: {message_id}
References: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

I am away. Action: failed
Status: 5.1.1
""")


def receipt(message_id) -> bytes:
    """A receipt for reading (RFC 8098): a report, of another kind."""
    return lines(f"""From: ma@east.example
Content-Type: multipart/report; report-type=disposition-notification; boundary=yy

--yy
Content-Type: message/disposition-notification

Original-Message-ID: {message_id}
Disposition: automatic-action/MDN-sent-automatically; deleted

--yy--
""")
