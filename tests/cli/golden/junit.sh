# SPDX-License-Identifier: Apache-2.0
# JUnit XML that parsers read, with everything that the terminal says.
. "$CASE_DIR/golden.bash"
write_net
for name in same 'odd <&"name>' differs broken; do
  npusim golden record net.yaml -o "cases/$name" --quiet
done
sed -i 's/7/8/' cases/differs/layers.csv cases/differs/report.json
rm cases/broken/report.json
npusim golden check cases --junit golden.xml > table.txt 2> seconds.txt
echo "exit code $?"
python3 - <<'END'
import xml.etree.ElementTree as ElementTree
suites = ElementTree.parse("golden.xml").getroot()
print(suites.tag, {key: suites.get(key) for key in ("tests", "failures", "errors")})
table = open("table.txt").read()
for test in suites.iter("testcase"):
    print(test.get("classname"), test.get("name"), float(test.get("time")) < 60)
    for why in test:
        print(" ", why.tag, why.get("message"))
        told = why.text.strip("\n")
        print("  as on the terminal" if why.tag == "error" or told in table else told)
END
sed '/^npusim golden: [0-9.]* s$/d' seconds.txt
