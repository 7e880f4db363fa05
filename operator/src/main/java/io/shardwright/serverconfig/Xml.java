package io.shardwright.serverconfig;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** An XML element, written with two spaces of indentation. Text and attributes are escaped by the JDK's writer. */
record Xml(String name, Map<String, String> attributes, String text, List<Xml> children) {
    private static final String INDENT = "  ";

    static Xml of(String name, Xml... children) {
        return new Xml(name, Map.of(), "", List.of(children));
    }

    static Xml of(String name, List<Xml> children) {
        return new Xml(name, Map.of(), "", children);
    }

    /** An element with text: a name of its own, since any element is an Object too. */
    static Xml text(String name, Object text) {
        return new Xml(name, Map.of(), String.valueOf(text), List.of());
    }

    /** An element that takes the place of the stock configuration's instead of being merged into it. */
    Xml replacing() {
        return with("replace", "replace");
    }

    Xml with(String attribute, String value) {
        var all = new TreeMap<>(attributes);
        all.put(attribute, value);
        return new Xml(name, all, text, children);
    }

    Xml and(Xml... more) {
        var all = new ArrayList<>(children);
        all.addAll(List.of(more));
        return new Xml(name, attributes, text, all);
    }

    String document() {
        var out = new StringWriter();
        try {
            var writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
            writer.writeStartDocument("1.0");
            write(writer, "\n");
            writer.writeEndDocument();
            writer.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("cannot write XML into memory", e);
        }
        return out.append('\n').toString();
    }

    private void write(XMLStreamWriter writer, String lineStart) throws XMLStreamException {
        writer.writeCharacters(lineStart);
        writer.writeStartElement(name);
        for (var attribute : attributes.entrySet()) {
            writer.writeAttribute(attribute.getKey(), attribute.getValue());
        }
        writer.writeCharacters(text);
        for (var child : children) {
            child.write(writer, lineStart + INDENT);
        }
        if (!children.isEmpty()) {
            writer.writeCharacters(lineStart);
        }
        writer.writeEndElement();
    }
}
