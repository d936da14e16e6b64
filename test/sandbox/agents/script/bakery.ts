/** A mailbox that the script has never seen: another trade, other people, no Gmail labels, another mail program's way of writing mbox. */
import { Mailbox } from '../../../../src/sandbox/mailbox/index.js'
import { NOW } from './scripted-session.js'

const MBOX = `From mill@kornmuehle.example Fri Nov 20 06:00:00 2026
Status: O
Date: Fri, 20 Nov 2026 07:00:00 +0100
From: Stone Mill Korn <mill@kornmuehle.example>
To: Odile Baker <odile@petit-four.example>
Subject: Rye flour short this week
Message-ID: <rye-1@kornmuehle.example>

Dear Odile,

the roller broke. We can deliver 200 kg of rye instead of 500 kg. Can you bake with spelt until Tuesday?

Lukas Korn
Miller

From fern@allotment.example Thu Nov 19 18:00:00 2026
Status: O
Date: Thu, 19 Nov 2026 19:00:00 +0100
From: "Fern, Wedding" <fern@allotment.example>
To: odile@petit-four.example
Subject: Wedding cake: three tiers or four?
Message-ID: <cake-1@allotment.example>

Hi Odile,

we are 140 people now, not 90. Please tell me by Monday whether four tiers fit into your van.

Fern

From compta@fournil.example Wed Nov 18 08:00:00 2026
Status: RO
Date: Wed, 18 Nov 2026 09:00:00 +0100
From: Le Fournil <compta@fournil.example>
To: odile@petit-four.example
Subject: =?utf-8?q?Facture_n=C2=B0_42?=
Message-ID: <facture-42@fournil.example>
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

Bonjour,

Sous-total : 150,00 €
Montant à payer : 180,00 €, avant le 30 novembre 2026.

Cordialement

From odile@petit-four.example Thu Nov 19 19:00:00 2026
Status: RO
Date: Thu, 19 Nov 2026 20:00:00 +0100
From: Odile Baker <odile@petit-four.example>
To: "Fern, Wedding" <fern@allotment.example>
Subject: Re: Wedding cake: three tiers or four?
Message-ID: <cake-2@petit-four.example>
In-Reply-To: <cake-1@allotment.example>
References: <cake-1@allotment.example>

Four tiers fit if your cousin holds the top one.

From billing@ovenrent.example Mon Nov 16 08:00:00 2026
Status: RO
Date: Mon, 16 Nov 2026 09:00:00 +0100
From: Oven Rental <billing@ovenrent.example>
To: odile@petit-four.example
Subject: Rechnung 77-2026
Message-ID: <oven-77@ovenrent.example>

Guten Tag,

Gesamtbetrag: 412,50 EUR, zahlbar innerhalb von 10 Tagen.

Ofenverleih
`

export async function bakery(): Promise<Mailbox> {
  return await Mailbox.fromMbox(Buffer.from(MBOX), {
    address: 'odile@petit-four.example',
    displayName: 'Odile Baker',
    clock: () => NOW.getTime(),
  })
}
