//! The orders of the demo, one per line of a table, in the compact form of the control routes.
//!
//! Columns: company, number, customer, delivery mode, the customer's purchase order, lines as
//! `item*quantity@price` (a `~` stands for a leading space, `!` marks a cancelled line), and
//! further fields as JSON. A `cause` names the failure an order was made for. Waiting orders are
//! Active and become Confirmed one after another.

use serde_json::{Value, json};

/// Orders that ship without trouble.
const SHIPPABLE: &str = r#"
usmf|SO-001001|US-1001|FEDEX-GRD|4500018832|6205-2RS*24@8.95|
usmf|SO-001002|US-1002|FEDEX-GRD|PO-88412|VLV-SS-075*10@42.5;SEAL-T21-150*4@68.2|{"invoice":"FTI-00010041"}
usmf|SO-001003|US-1003|FEDEX-GRD|GP-2207|UCP208-24*6@57.8;CHN-60-10*2@96;SVC-RUSH*1@45|
usmf|SO-001004|US-1004|FEDEX-2D|7700114|~V-BELT-A42*12@11.35|
usmf|SO-001005|US-1005|FEDEX-GRD|GCC-5519|HOSE-R2-08*8@39.9;SVC-CAL*1@85|
usmf|SO-001006|US-1006|FEDEX-ON|RUSH-0912|VFD-5HP*1@612|
usmf|SO-001008|US-1007|FEDEX-GRD|NWP-40117|22216-E1*3@214;!SPR-60B20*4@31.4|
usmf|SO-001009|US-1008|FEDEX-GRD|BDW-7781|PMP-CR3-8*1@1480|{"invoice":"FTI-00010057","warehouse":"13"}
usmf|SO-001010|US-1009|FEDEX-GRD|PTM-3308|CYL-NCQ2-50*5@88.6;~V-BELT-A42*6@11.35|
usmf|SO-001011|US-1010|FEDEX-2D|ECC-1190|MTR-145T*1@389|
usmf|SO-001012|US-1011|FEDEX-GRD|CMR-6021|SEAL-T21-150*12@68.2|
usmf|SO-001013|US-1013|FEDEX-GRD|HGR-917|GRB-BMQ721*1@544|{"warehouse":"13"}
usmf|SO-001014|US-1014|FEDEX-ON|MCA-20449|VFD-5HP*2@612;6205-2RS*8@8.95|
usmf|SO-001015|US-1015|FEDEX-GRD|DCP-118|CHN-60-10*4@96|
usmf|SO-001016|US-1016|FEDEX-GRD|TCH-5512|HOSE-R2-08*15@39.9|
usmf|SO-001017|US-1001|FEDEX-GRD|4500018840|UCP208-24*2@57.8|
usrt|RT-000301|RT-2001|FEDEX-GRD|SAE-8801|22216-E1*2@219|
usrt|RT-000302|RT-2002|FEDEX-2D|CMS-4417|SPR-60B20*3@32.1;CHN-60-10*1@98.5|
usrt|RT-000303|RT-2003|FEDEX-GRD|SMS-20331|PMP-CR3-8*1@1515|{"invoice":"RTI-00004410"}
usrt|RT-000304|RT-2004|FEDEX-GRD|PSB-077|VLV-SS-075*6@43.9|
usrt|RT-000305|RT-2005|FEDEX-GRD|WBE-3120|SEAL-T21-150*5@69.9;~V-BELT-A42*10@11.9|
usrt|RT-000306|RT-2006|FEDEX-ON|FRR-99102|CYL-NCQ2-50*4@91|
usrt|RT-000307|RT-2007|FEDEX-HOME|GGE-615|6205-2RS*16@9.25|
usrt|RT-000308|RT-2001|FEDEX-GRD|SAE-8809|HOSE-R2-08*6@41.2|
"#;

/// Orders that fail, one cause each.
const FAILING: &str = r#"
usmf|SO-001007|US-1006|FEDEX-GRD|AS-77120|22216-E1*1@214|{"cause":"street-too-long","address":{"street":"12750 Northwest Industrial Technology Parkway Building 14","zip":"15205"}}
usmf|SO-001018|US-1012|FEDEX-GRD|OSS-2290|CHN-60-10*1@96|{"cause":"phone-missing"}
usmf|SO-001019|US-1003|FEDEX-GRD|GP-2215|UCP208-24*4@57.8|{"cause":"zip-state-mismatch","address":{"zip":"50110"}}
usmf|SO-001020|US-1008|FEDEX-SAT|BDW-7790|VFD-5HP*1@612|{"cause":"mode-unmapped"}
usmf|SO-001021|US-1016|FEDEX-GRD|TCH-5519|FLT-HYD-10*6@27.4|{"cause":"weight-missing"}
usmf|SO-001022|US-1013|FEDEX-GRD|HGR-922|GRB-XL-900*1@4980|{"cause":"fedex-refuses-weight"}
usrt|RT-000309|RT-2004|FEDEX-2D|PSB-081|VLV-SS-075*2@43.9|{"cause":"street-too-long","address":{"street":"1801 Fairview Avenue East Marina Warehouse Dock 7","zip":"98102"}}
usrt|RT-000310|RT-2008|FEDEX-GRD|HDS-140|SEAL-T21-150*2@69.9|{"cause":"phone-missing"}
usrt|RT-000311|RT-2006|FEDEX-GRD|FRR-99117|6205-2RS*30@9.25|{"cause":"zip-state-mismatch","address":{"zip":"82016"}}
usrt|RT-000312|RT-2005|FEDEX-GRD|WBE-3131|FLT-HYD-10*12@28.6|{"cause":"weight-missing"}
"#;

/// Orders that a connector must leave alone: unconfirmed, stopped, cancelled, other modes, invoiced.
const NOT_ELIGIBLE: &str = r#"
usmf|SO-001023|US-1005|FEDEX-GRD|GCC-5530|6205-2RS*6@8.95|{"status":"Active"}
usmf|SO-001024|US-1009|FEDEX-GRD|PTM-3315|6205-2RS*6@8.95|{"stopped":true}
usmf|SO-001025|US-1010|FEDEX-GRD|ECC-1204|6205-2RS*6@8.95|{"status":"Canceled"}
usmf|SO-001026|US-1014|TRUCK|MCA-20460|GRB-XL-900*3@4980|
usrt|RT-000313|RT-2007|PICKUP|GGE-622|6205-2RS*6@9.25|
usrt|RT-000314|RT-2002|FEDEX-GRD|CMS-4430|6205-2RS*6@9.25|{"status":"Invoiced","invoice":"RTI-00004388"}
"#;

/// Orders that become Confirmed one after another while the demo runs.
const WAITING: &str = r#"
usmf|SO-001027|US-1002|FEDEX-GRD|PO-88430|VLV-SS-075*4@42.5|{"waiting":true}
usrt|RT-000315|RT-2003|FEDEX-GRD|SMS-20345|SPR-60B20*8@32.1|{"waiting":true}
usmf|SO-001028|US-1004|FEDEX-GRD|7700129|CYL-NCQ2-50*3@88.6;HOSE-R2-08*2@39.9|{"waiting":true}
usmf|SO-001029|US-1007|FEDEX-2D|NWP-40131|22216-E1*1@214|{"waiting":true}
usrt|RT-000316|RT-2001|FEDEX-GRD|SAE-8820|CHN-60-10*2@98.5|{"waiting":true}
usmf|SO-001030|US-1011|FEDEX-GRD|CMR-6033|SEAL-T21-150*6@68.2|{"waiting":true}
usmf|SO-001031|US-1001|FEDEX-ON|4500018855|VFD-5HP*1@612|{"waiting":true}
usrt|RT-000317|RT-2004|FEDEX-GRD|PSB-090|UCP208-24*3@59.2|{"waiting":true}
usmf|SO-001032|US-1015|FEDEX-GRD|DCP-126|MTR-145T*1@389|{"waiting":true}
usrt|RT-000318|RT-2006|FEDEX-2D|FRR-99125|6205-2RS*40@9.25|{"waiting":true}
"#;

/// All demo orders; waiting ones in the order of their release.
pub(super) fn orders() -> Vec<Value> {
    [SHIPPABLE, FAILING, NOT_ELIGIBLE, WAITING]
        .iter()
        .flat_map(|table| table.lines())
        .filter(|row| !row.is_empty())
        .map(order)
        .collect()
}

fn order(row: &str) -> Value {
    let columns: Vec<&str> = row.splitn(7, '|').collect();
    let [company, number, customer, mode, po, lines, extra] = columns[..] else {
        unreachable!("every row of the tables has seven columns: {row}")
    };
    let lines: Vec<Value> = lines.split(';').map(line).collect();
    let mut order = json!({
        "company": company, "number": number, "customer": customer, "mode": mode, "po": po,
        "lines": lines,
    });
    if !extra.is_empty() {
        let extra: Value = serde_json::from_str(extra).expect("the last column is JSON");
        for (name, value) in extra.as_object().into_iter().flatten() {
            order[name] = value.clone();
        }
    }
    order
}

fn line(text: &str) -> Value {
    let (cancelled, text) = match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (item, amounts) = text.split_once('*').expect("a line has a quantity");
    let (quantity, price) = amounts.split_once('@').expect("a line has a price");
    let number = |text: &str| text.parse::<f64>().expect("quantities and prices are numbers");
    let mut line = json!({
        "item": item.replace('~', " "),
        "quantity": number(quantity),
        "price": number(price),
    });
    if cancelled {
        line["status"] = json!("Canceled");
    }
    line
}
