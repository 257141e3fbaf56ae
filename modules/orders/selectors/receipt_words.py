"""What stands on receipts beside the amounts, in each language that a region may write them in."""

from __future__ import annotations

from tiffin.dto import DTO


class ReceiptWords(DTO):
    receipt: str
    correction: str
    corrects: str
    issued: str
    supplied: str
    order: str
    seller: str
    buyer: str
    tax_id: str
    not_on_file: str
    description: str
    amount: str
    rate: str
    net: str
    tax: str
    gross: str
    total: str
    tax_included: str
    parties: dict[str, str]
    decimal_mark: str
    print_hint: str


WORDS = {
    "en": ReceiptWords(
        receipt="Receipt",
        correction="Credit note",
        corrects="Corrects receipt",
        issued="Issued",
        supplied="Supplied",
        order="Order",
        seller="Sold by",
        buyer="For",
        tax_id="Tax ID",
        not_on_file="not on file",
        description="Description",
        amount="Amount",
        rate="Tax rate",
        net="Net",
        tax="Tax",
        gross="Gross",
        total="Total",
        tax_included="of which tax",
        parties={"restaurant": "The restaurant", "platform": "Tiffin", "courier": "The courier"},
        decimal_mark=".",
        print_hint="Print this page to keep it on paper or as a PDF.",
    ),
    "pl": ReceiptWords(
        receipt="Potwierdzenie sprzedaży",
        correction="Korekta",
        corrects="Koryguje dokument",
        issued="Data wystawienia",
        supplied="Data dostawy",
        order="Zamówienie",
        seller="Sprzedawca",
        buyer="Nabywca",
        tax_id="NIP",
        not_on_file="brak danych",
        description="Nazwa",
        amount="Kwota",
        rate="Stawka podatku",
        net="Netto",
        tax="Podatek",
        gross="Brutto",
        total="Razem",
        tax_included="w tym podatek",
        parties={"restaurant": "Restauracja", "platform": "Tiffin", "courier": "Kurier"},
        decimal_mark=",",
        print_hint="Wydrukuj tę stronę, aby zachować ją na papierze lub jako PDF.",
    ),
}
