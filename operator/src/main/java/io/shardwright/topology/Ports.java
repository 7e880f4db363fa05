package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;

/** A named TCP port, as containers and Services state it. */
public record Ports(String name, int number) {
    public static final Ports HTTP = new Ports("http", Host.HTTP_PORT);
    public static final Ports TCP = new Ports("tcp", Host.TCP_PORT);
    public static final Ports INTERSERVER = new Ports("interserver", Host.INTERSERVER_PORT);
    public static final Ports COORDINATION = new Ports("client", Coordination.CLIENT_PORT);

    public ContainerPort ofContainer() {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(number)
                .withProtocol("TCP")
                .build();
    }

    public ServicePort ofService() {
        return new ServicePortBuilder()
                .withName(name)
                .withPort(number)
                .withTargetPort(new IntOrString(name))
                .withProtocol("TCP")
                .build();
    }
}
