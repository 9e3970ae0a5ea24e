"""The words on the demo shops' pages, per language, and the stock of sentences that fills them.

Pure data; used by `engine.workloads.shop.markup` and `engine.workloads.shop.pages`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The labels of one language. `{}` stands for an amount of money."""

    buy: str
    in_stock: str
    sold_out: str
    on_request: str
    was: str
    save: str
    tax: str
    instalments: str
    shipping: str
    free_from: str
    deal: str
    details: str
    specification: str
    reviews: str
    recommended: str
    seen: str
    newsletter: str


_ENGLISH = Words(
    "Add to cart", "In stock, dispatched within 24 hours", "Sold out", "Price on request: call us or visit the shop",
    "Was {}", "You save {}", "Prices include tax", "or 4 interest-free payments of {}", "Delivery {}",
    "Free delivery on orders over {}", "Deal of the day: {name} for only {}", "Description", "Specification",
    "Customer reviews", "Customers also bought", "Recently viewed", "Sign up and get {} off your first order",
)
_GERMAN = Words(
    "In den Warenkorb", "Auf Lager, Versand in 24 Stunden", "Ausverkauft", "Preis auf Anfrage: rufen Sie uns an",
    "statt {}", "Sie sparen {}", "inkl. MwSt.", "oder 4 Raten zu je {}", "zzgl. Versand {}",
    "Versandkostenfrei ab {}", "Angebot des Tages: {name} für nur {}", "Beschreibung", "Technische Daten",
    "Kundenbewertungen", "Kunden kauften auch", "Zuletzt angesehen", "Newsletter abonnieren und {} sparen",
)
_FRENCH = Words(
    "Ajouter au panier", "En stock, expédié sous 24 heures", "Rupture de stock", "Prix sur demande : appelez-nous",
    "Au lieu de {}", "Vous économisez {}", "TVA comprise", "ou 4 paiements de {}", "Livraison {}",
    "Livraison offerte dès {}", "Offre du jour : {name} à {} seulement", "Description", "Caractéristiques",
    "Avis des clients", "Vous aimerez aussi", "Vus récemment", "Abonnez-vous : {} offerts sur votre commande",
)
_JAPANESE = Words(
    "カートに入れる", "在庫あり・24時間以内に発送", "在庫切れ", "価格はお問い合わせください",
    "参考価格 {}", "{} お得", "税込", "4回払い 月々{}", "送料 {}",
    "{} 以上のご注文で送料無料", "本日のおすすめ {name} {}", "商品説明", "仕様",
    "カスタマーレビュー", "この商品を買った人はこんな商品も", "最近チェックした商品", "メルマガ登録で {} オフ",
)

WORDS = {"de": _GERMAN, "en": _ENGLISH, "fr": _FRENCH, "ja": _JAPANESE}
"""Words by the first part of a shop's language tag."""

SENTENCES = (
    "The housing is milled from one piece and feels solid in the hand.",
    "It arrived two days early and well packed, with no plastic at all.",
    "Set-up took less than ten minutes, and the printed guide answers what is left.",
    "Every part that wears can be bought and replaced with a single screwdriver.",
    "We tested it for three weeks in daily use and found nothing that rattles.",
    "The finish resists scratches, and fingerprints wipe off with a dry cloth.",
    "It is quieter than the model before it, which we measured at the same distance.",
    "My only wish would be a longer cable; everything else is as described.",
    "The controls are where the thumb expects them and work with gloves on.",
    "Spare parts stay available for eight years after the last one was sold.",
    "Compared with others of its kind it weighs less and lasts longer on one charge.",
    "The colour is a little darker than on the pictures, which suits our kitchen.",
    "A small lamp on the back shows its state without lighting up the room.",
    "Support answered on a Sunday and sent the missing screw by letter.",
    "It fits through a standard door and folds flat for the winter.",
    "After the first month the settings were still where we had left them.",
)
NAMES = ("Ada", "Bruno", "Chiara", "Dev", "Elif", "Farid", "Greta", "Hana", "Ines", "Jonas", "Kavya", "Lars", "Mei")
FEATURES = (
    ("Weight", "g", 180, 2400), ("Width", "mm", 60, 620), ("Height", "mm", 40, 540), ("Depth", "mm", 20, 380),
    ("Cable length", "cm", 80, 240), ("Power", "W", 3, 1800), ("Noise", "dB", 18, 62), ("Warranty", "months", 24, 60),
    ("Recycled material", "%", 20, 95), ("Parts in the box", "pieces", 2, 14), ("Packaging", "g", 60, 900),
    ("Temperature range up to", "°C", 30, 60),
)
